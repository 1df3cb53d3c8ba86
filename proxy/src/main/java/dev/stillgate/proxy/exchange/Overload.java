package dev.stillgate.proxy.exchange;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.stillgate.proxy.relay.Descriptors;
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
 * Whether the process is about to run out of heap, of memory outside it, or of descriptors. Then new connections are refused,
 * and with memory running out new requests too, while there is still enough left to end what is under way, and to tell
 * whoever asks for health. It is looked at once a second; connections are counted in between, since thousands may come.
 */
public final class Overload implements Descriptors {
    private static final Logger LOG = LoggerFactory.getLogger(Overload.class);
    private static final double WELL_AGAIN = 0.95;

    private final double high;
    private final Set<String> heapPools = ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getType() == MemoryType.HEAP)
            .map(MemoryPoolMXBean::getName)
            .collect(Collectors.toSet());
    private final AtomicLong spare = new AtomicLong(Long.MAX_VALUE / 2);

    /**
     * The descriptors that are left for upstream connections when those of callers are refused: half of the rest, so that
     * callers who are connected are served. The other half is for files and the admin.
     */
    private volatile long upstreamReserve;

    private volatile double heap;
    private volatile double direct;
    private volatile double descriptors;
    private volatile boolean memoryScarce;
    private volatile boolean on;

    /** An overload that begins when so many hundredths of a resource are in use. */
    public Overload(int percent) {
        this.high = percent / 100.0;
    }

    /** Looks at what is in use. */
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
                    "{}: heap {}, direct memory {}, descriptors {} of 1",
                    now ? "overloaded, connections are refused" : "no longer overloaded",
                    heap,
                    direct,
                    descriptors);
        }
    }

    private boolean isHigh(boolean before, double share) {
        return share >= (before ? high * WELL_AGAIN : high);
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

    /** Notes how many descriptors are open, and how many the system allows. */
    void noteDescriptors(long open, long most) {
        descriptors = open / (double) most;
        long callers = (long) (most * high);
        upstreamReserve = (most - callers) / 2;
        spare.set(callers - open);
    }

    /** Returns what of the heap was in use after the last collection: what lies about before one is no sign of anything. */
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

    /** Returns whether another connection can be taken; what is taken is given back with {@link #connectionClosed}. */
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

    /** A connection that was admitted, or refused, is closed. */
    @Override
    public void connectionClosed() {
        spare.incrementAndGet();
    }

    /** Returns whether memory is running out, so that requests are refused on connections that are open. */
    boolean isMemoryScarce() {
        return memoryScarce;
    }

    /** Returns whether connections are refused. */
    public boolean isOn() {
        return on;
    }

    /** Returns the share of the heap that was in use after the last collection. */
    public double heap() {
        return heap;
    }

    /** Returns the share of the memory outside the heap that is in use. */
    public double direct() {
        return direct;
    }

    /** Returns the share of the descriptors that is in use. */
    public double descriptors() {
        return descriptors;
    }
}
