package dev.stillgate.proxy.observe;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.GeoRefusal;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last refusal of each account that was refused on one event loop. The memory is bounded: beyond a limit, the
 * account whose last refusal is oldest is dropped. Unlisted credentials that the upstream has not accepted may be
 * invented by an attacker. They have a limit of their own, so that they cannot displace other accounts. Thread-safe.
 */
public final class LastRefusals {
    /** The maximum number of listed or accepted accounts, about 300 bytes each. */
    static final int MOST_KNOWN = 4096;

    /** The maximum number of other accounts. */
    static final int MOST_OTHERS = 256;

    @GuardedBy("this")
    private final Table known = new Table(MOST_KNOWN);

    @GuardedBy("this")
    private final Table others = new Table(MOST_OTHERS);

    /** Creates an empty lookup table. */
    public LastRefusals() {}

    /**
     * A refused request.
     *
     * @param millis when its head was complete, in milliseconds since the epoch
     * @param status the status of the response
     * @param filter the name of the filter that refused it, {@code gateway} for the engine
     * @param code the reason code
     * @param details the figures of a refusal by a limit; null for none
     * @param geo the facts about its address, null unless geo-restriction refused it
     */
    public record Refusal(
            long millis,
            int status,
            String filter,
            String code,
            @Nullable String details,
            String requestId,
            @Nullable GeoRefusal geo) {}

    private static final class Table extends LinkedHashMap<String, Refusal> {
        private final int most;

        private Table(int most) {
            super(16, 0.75f, true);
            this.most = most;
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Refusal> eldest) {
            return size() > most;
        }
    }

    /** Records a refusal and replaces the account's previous one. */
    public synchronized void note(Account account, Refusal refusal) {
        (account.keepsState() ? known : others).put(account.id(), refusal);
    }

    /** Returns the last refusal of an account, null when none is stored. */
    public synchronized @Nullable Refusal of(String account) {
        Refusal one = known.get(account);
        Refusal other = others.get(account);
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.millis() >= other.millis() ? one : other;
    }
}
