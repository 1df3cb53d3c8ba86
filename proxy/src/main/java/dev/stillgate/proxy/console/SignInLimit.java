package dev.stillgate.proxy.console;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stillgate.spi.Ticker;
import java.math.BigInteger;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Limit on wrong credentials: {@value #MOST} a minute from one address, or from one /64 network of IPv6. Right ones are
 * not counted and never refused. The newest {@value #MOST_PEERS} addresses are remembered. Thread-safe.
 */
public final class SignInLimit {
    /** Wrong credentials that an address may send in a minute. */
    static final int MOST = 10;

    static final int MOST_PEERS = 10_000;

    private static final long WINDOW = Duration.ofMinutes(1).toNanos();
    private static final int IPV6_PREFIX_BYTES = 8;

    private final Ticker ticker;
    private final Cache<BigInteger, Window> windows;

    /**
     * A minute of an address.
     *
     * @param start in nanoseconds of the ticker
     * @param counted wrong credentials that were answered as such
     * @param refused wrong credentials beyond the limit
     */
    private record Window(long start, int counted, int refused) {
        boolean isOver(long now) {
            return now - start >= WINDOW;
        }
    }

    /**
     * A wrong credential.
     *
     * @param waitSeconds how long the address must wait; 0 within the limit
     * @param isFirst whether it is the first one beyond the limit in the minute
     */
    public record Attempt(long waitSeconds, boolean isFirst) {
        /** Returns whether the limit allows it. */
        public boolean isAllowed() {
            return waitSeconds == 0;
        }

        /** Returns whether it is audited: within the limit, or the first one beyond it. So no flood fills the log. */
        public boolean isAudited() {
            return isAllowed() || isFirst;
        }
    }

    /** Creates a limit that has seen no wrong credential. */
    public SignInLimit(Ticker ticker) {
        this.ticker = ticker;
        windows = Caffeine.newBuilder()
                .maximumSize(MOST_PEERS)
                .executor(Runnable::run)
                .ticker(ticker::nanos)
                .expireAfterWrite(2 * WINDOW, TimeUnit.NANOSECONDS)
                .build();
    }

    /** Counts a wrong credential. */
    public Attempt attempt(InetAddress peer) {
        long now = ticker.nanos();
        Window window = windows.asMap().compute(key(peer), (key, before) -> {
            if (before == null || before.isOver(now)) {
                return new Window(now, 1, 0);
            }
            return before.counted < MOST
                    ? new Window(before.start, before.counted + 1, 0)
                    : new Window(before.start, before.counted, Math.min(2, before.refused + 1));
        });
        if (window.refused == 0) {
            return new Attempt(0, false);
        }
        long left = window.start + WINDOW - now;
        return new Attempt(Math.max(1, Math.ceilDiv(left, TimeUnit.SECONDS.toNanos(1))), window.refused == 1);
    }

    /** Returns an address, or the /64 network of an IPv6 one, with a leading byte for its family. */
    private static BigInteger key(InetAddress peer) {
        byte[] bytes = peer.getAddress();
        boolean isIpv6 = peer instanceof Inet6Address;
        byte[] known = isIpv6 ? Arrays.copyOf(bytes, IPV6_PREFIX_BYTES) : bytes;
        byte[] key = new byte[known.length + 1];
        key[0] = (byte) (isIpv6 ? 2 : 1);
        System.arraycopy(known, 0, key, 1, known.length);
        return new BigInteger(key);
    }
}
