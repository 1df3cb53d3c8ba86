package dev.stillgate.proxy.exchange;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.stillgate.proxy.relay.UpstreamPool.Descriptors;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Overload protection: monitors heap, direct memory and file descriptors. Above a threshold, new connections are
 * refused; if memory is scarce, new requests are rejected as well. The reserve lets running exchanges and health checks
 * finish.
 *
 * <p>Usage is sampled once per second by {@link #look}. Connections are counted between the samples, since thousands
 * may arrive within a second. Thread-safe.
 */
public final class Overload implements Descriptors {
    private static final Logger LOG = LoggerFactory.getLogger(Overload.class);
    private static final double RECOVERY_FACTOR = 0.95;

    private final double high;
    private final Set<String> heapPools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getName)
            .collect(Collectors.toSet());
    private final AtomicLong spare = new AtomicLong(Long.MAX_VALUE / 2);

    /**
     * The file descriptors reserved for upstream connections after client connections are refused: half of those above
     * the threshold. The other half is for files and the admin API.
     */
    private volatile long upstreamReserve;

    private volatile double heap;
    private volatile double direct;
    private volatile double descriptors;
    private volatile boolean memoryScarce;
    private volatile boolean on;

    /** Creates a monitor with a threshold in percent of each resource. */
    public Overload(int percent) {
        this.high = percent / 100.0;
    }

    /** Samples the resources in use. */
    public void look() {
        heap = heapInUse();
        long most = PlatformDependent.maxDirectMemory();
        direct = most <= 0 ? 0 : Math.max(0, PlatformDependent.usedDirectMemory()) / (double) most;
        lookAtDescriptors();
        memoryScarce = isHigh(memoryScarce, Math.max(heap, direct));
        boolean now = memoryScarce || isHigh(on, descriptors);
        if (now != on) {
            on = now;
            LOG.warn(
                    "{}; share in use: heap {}, direct memory {}, file descriptors {}",
                    now ? "overloaded, new connections are refused" : "no longer overloaded",
                    heap,
                    direct,
                    descriptors);
        }
    }

    private boolean isHigh(boolean before, double share) {
        return share >= (before ? high * RECOVERY_FACTOR : high);
    }

    private void lookAtDescriptors() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            long most = system.getMaxFileDescriptorCount();
            long open = system.getOpenFileDescriptorCount();
            if (most > 0 && open >= 0) {
                noteDescriptors(open, most);
            }
        }
    }

    /** Updates the number of open file descriptors and their limit. */
    void noteDescriptors(long open, long most) {
        descriptors = open / (double) most;
        long forClients = (long) (most * high);
        upstreamReserve = (most - forClients) / 2;
        spare.set(forClients - open);
    }

    /**
     * Returns the share of the heap in use after the last collection; garbage before a collection means no overload.
     */
    private double heapInUse() {
        long ended = -1;
        long used = 0;
        for (var bean : ManagementFactory.getGarbageCollectorMXBeans()) {
            GcInfo last = bean instanceof GarbageCollectorMXBean told ? told.getLastGcInfo() : null;
            if (last != null && last.getEndTime() > ended) {
                ended = last.getEndTime();
                used = last.getMemoryUsageAfterGc().entrySet().stream()
                        .filter(pool -> heapPools.contains(pool.getKey()))
                        .map(java.util.Map.Entry::getValue)
                        .mapToLong(MemoryUsage::getUsed)
                        .sum();
            }
        }
        return used / (double) Runtime.getRuntime().maxMemory();
    }

    /**
     * Counts a new client connection; returns whether it is admitted. {@link #connectionClosed} must follow in any
     * case.
     */
    public boolean admitsConnection() {
        boolean left = spare.getAndDecrement() > 0;
        return left && !on;
    }

    @Override
    public boolean takeUpstream() {
        boolean left = spare.getAndDecrement() > -upstreamReserve;
        if (!left) {
            spare.incrementAndGet();
        }
        return left;
    }

    @Override
    public void connectionClosed() {
        spare.incrementAndGet();
    }

    /** Returns whether memory is scarce, so that requests on open connections are rejected. */
    boolean isMemoryScarce() {
        return memoryScarce;
    }

    /** Returns whether new connections are refused. */
    public boolean isOn() {
        return on;
    }

    /** Returns the share of the heap in use after the last collection, 0 to 1. */
    public double heap() {
        return heap;
    }

    /** Returns the share of the direct memory in use, 0 to 1. */
    public double direct() {
        return direct;
    }

    /** Returns the share of the file descriptors in use, 0 to 1. */
    public double descriptors() {
        return descriptors;
    }
}
