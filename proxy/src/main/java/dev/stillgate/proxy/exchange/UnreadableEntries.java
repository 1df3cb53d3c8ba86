package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.spi.Ticker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts entries of {@code X-Forwarded-For} that are not addresses, and logs at most one per minute. Not thread-safe.
 */
final class UnreadableEntries {
    private static final Logger LOG = LoggerFactory.getLogger(UnreadableEntries.class);
    private static final long LOG_INTERVAL_NANOS = 60_000_000_000L;
    private static final int LONGEST = 64;

    private final GatewayMeters meters;
    private final Ticker ticker;
    private boolean logged;
    private long lastLogged;

    UnreadableEntries(GatewayMeters meters, Ticker ticker) {
        this.meters = meters;
        this.ticker = ticker;
    }

    /** Counts a request with such an entry. */
    void note(String entry) {
        meters.unreadableForwarded();
        long now = ticker.nanos();
        if (!logged || now - lastLogged >= LOG_INTERVAL_NANOS) {
            logged = true;
            lastLogged = now;
            LOG.warn(
                    "an entry of X-Forwarded-For is not an address, so its client has none: \"{}\" (trustedHops)",
                    entry.substring(0, Math.min(LONGEST, entry.length())).replaceAll("\\p{Cntrl}", " "));
        }
    }
}
