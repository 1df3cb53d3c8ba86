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
 * The addresses of the names of upstreams, looked up in the background: a request never waits for one, and the last good
 * answer stays while there is no better one.
 */
public final class UpstreamNames {
    private static final Logger LOG = LoggerFactory.getLogger(UpstreamNames.class);
    private static final int MOST_ADDRESSES = 64;

    private final Lookup lookup;
    private final Executor executor;
    private final Ticker ticker;
    private final Counter failures;
    private final ConcurrentHashMap<String, Known> names = new ConcurrentHashMap<>();

    /** Asks for the addresses of a name, for as long as that takes. */
    @FunctionalInterface
    public interface Lookup {
        /**
         * Returns at least one address.
         *
         * @throws UnknownHostException when there is none, or nobody to ask
         */
        InetAddress[] addresses(String name) throws UnknownHostException;
    }

    /** What is known of a name. */
    private static final class Known {
        private final AtomicBoolean asked = new AtomicBoolean();
        private volatile List<InetAddress> addresses;
        private volatile long since;

        private Known(List<InetAddress> addresses, long since) {
            this.addresses = addresses;
            this.since = since;
        }
    }

    /**
     * Names of which nothing is known yet.
     *
     * @param executor runs look-ups, which may take long; never an event loop
     * @param failures counts look-ups that failed
     */
    public UpstreamNames(Lookup lookup, Executor executor, Ticker ticker, Counter failures) {
        this.lookup = lookup;
        this.executor = executor;
        this.ticker = ticker;
        this.failures = failures;
    }

    /**
     * Returns the addresses of a host: itself when it is one, else what is known, else what is found now.
     *
     * @param host an address or a name
     * @throws UnknownHostException when nothing was ever found
     */
    public List<InetAddress> find(String host) throws UnknownHostException {
        InetAddress literal = literal(host);
        if (literal != null) {
            return List.of(literal);
        }
        Known known = names.get(host);
        if (known == null) {
            List<InetAddress> found = ask(host);
            known = names.computeIfAbsent(host, absent -> new Known(found, ticker.nanos()));
        }
        return known.addresses;
    }

    /** Returns the addresses that are known of a name, without a look-up; null for none, and for an address. */
    @Nullable
    List<InetAddress> known(String host) {
        Known known = names.get(host);
        return known == null ? null : known.addresses;
    }

    /** Returns the address that a host is written as, null when it is a name. */
    private static @Nullable InetAddress literal(String host) {
        try {
            return InetAddress.ofLiteral(host);
        } catch (IllegalArgumentException name) {
            return null;
        }
    }

    /**
     * Has a name looked up again when that was last done so long ago.
     *
     * @param changed is run when there are other addresses than before
     */
    void refresh(String host, Duration every, Runnable changed) {
        Known known = names.get(host);
        if (known == null
                || ticker.nanos() - known.since < every.toNanos()
                || !known.asked.compareAndSet(false, true)) {
            return;
        }
        executor.execute(() -> {
            try {
                List<InetAddress> found = ask(host);
                if (!found.equals(known.addresses)) {
                    LOG.info("the name {} has {} address(es) now", host, found.size());
                    known.addresses = found;
                    changed.run();
                }
            } catch (UnknownHostException e) {
                failures.increment();
                LOG.warn("the name {} cannot be resolved: its last addresses stay", host);
            } finally {
                known.since = ticker.nanos();
                known.asked.set(false);
            }
        });
    }

    private List<InetAddress> ask(String host) throws UnknownHostException {
        List<InetAddress> found = new ArrayList<>(Arrays.asList(lookup.addresses(host)));
        if (found.isEmpty()) {
            throw new UnknownHostException(host);
        }
        found.sort(Comparator.comparing(InetAddress::getHostAddress)); // servers turn the order at every answer
        return found.stream().distinct().limit(MOST_ADDRESSES).toList();
    }
}
