package dev.stillgate.proxy.relay;

import dev.stillgate.spi.Counter;
import dev.stillgate.spi.Ticker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cache of the addresses of upstream host names, refreshed in the background. Requests never wait for a lookup, and a
 * failed lookup keeps the previous addresses. Thread-safe.
 */
public final class UpstreamNames {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamNames.class);
    private static final int MAX_ADDRESSES = 64;

    private final Lookup lookup;
    private final Executor executor;
    private final Ticker ticker;
    private final Counter failures;
    private final ConcurrentHashMap<String, Known> names = new ConcurrentHashMap<>();

    /** Resolves a host name. May block. */
    @FunctionalInterface
    public interface Lookup {
        /**
         * Returns at least one address.
         *
         * @throws UnknownHostException when there is none, or the resolver cannot be reached
         */
        InetAddress[] addresses(String name) throws UnknownHostException;
    }

    /** Cached addresses of a host name. */
    private static final class Known {
        private final AtomicBoolean pending = new AtomicBoolean();
        private volatile List<InetAddress> addresses;
        private volatile long resolvedAt;

        private Known(List<InetAddress> addresses, long resolvedAt) {
            this.addresses = addresses;
            this.resolvedAt = resolvedAt;
        }
    }

    /**
     * Creates an empty cache.
     *
     * @param executor runs lookups, which may block; not an event loop
     * @param failures counts failed lookups
     */
    public UpstreamNames(Lookup lookup, Executor executor, Ticker ticker, Counter failures) {
        this.lookup = lookup;
        this.executor = executor;
        this.ticker = ticker;
        this.failures = failures;
    }

    /**
     * Returns the addresses of a host: itself if it is an address, else cached ones, else a lookup's result.
     *
     * @param host an address or a host name
     * @throws UnknownHostException when no lookup has succeeded
     */
    public List<InetAddress> find(String host) throws UnknownHostException {
        InetAddress literal = literal(host);
        if (literal != null) {
            return List.of(literal);
        }
        Known known = names.get(host);
        if (known == null) {
            List<InetAddress> found = resolve(host);
            known = names.computeIfAbsent(host, absent -> new Known(found, ticker.nanos()));
        }
        return known.addresses;
    }

    /** Returns the cached addresses of a host name; null for none, and for an address. */
    @Nullable
    List<InetAddress> known(String host) {
        Known known = names.get(host);
        return known == null ? null : known.addresses;
    }

    /** Returns the address that the text denotes; null if it is a host name. */
    private static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException name) {
            return null;
        }
    }

    /**
     * Starts a lookup if the last one is at least {@code every} old.
     *
     * @param changed runs if the addresses changed
     */
    void refresh(String host, Duration every, Runnable changed) {
        Known known = names.get(host);
        if (known == null
                || ticker.nanos() - known.resolvedAt < every.toNanos()
                || !known.pending.compareAndSet(false, true)) {
            return;
        }
        executor.execute(() -> {
            try {
                List<InetAddress> found = resolve(host);
                if (!found.equals(known.addresses)) {
                    LOG.info("host name {} now has {} address(es)", host, found.size());
                    known.addresses = found;
                    changed.run();
                }
            } catch (UnknownHostException e) {
                failures.increment();
                LOG.warn("host name {} cannot be resolved, its last addresses stay in use", host);
            } finally {
                known.resolvedAt = ticker.nanos();
                known.pending.set(false);
            }
        });
    }

    private List<InetAddress> resolve(String host) throws UnknownHostException {
        List<InetAddress> found = new ArrayList<>(Arrays.asList(lookup.addresses(host)));
        if (found.isEmpty()) {
            throw new UnknownHostException(host);
        }
        found.sort(Comparator.comparing(InetAddress::getHostAddress)); // DNS servers rotate the order
        return found.stream().distinct().limit(MAX_ADDRESSES).toList();
    }
}
