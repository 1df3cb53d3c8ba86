package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Standing;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Ids of the buckets of end users: the account and a keyed hash of the id that its client names. No name of a person is
 * kept. Thread-safe.
 */
public final class EndUsers {
    /** The maximum number of characters of a name that count. */
    private static final int LONGEST = 512;

    private static final int HASH_BYTES = 16;

    /** Begins an agent's {@code metadata.user_id}. */
    private static final String USER = "user_";

    /** Begins the part of it that changes with each session. */
    private static final String SESSION = "_session_";

    private static final String OTHERS = "*";

    private final MessageDigest keyed;
    private final @Nullable String header;

    /**
     * Creates the ids of one filter.
     *
     * @param key a secret key
     * @param header the header field that names the end user; the fields of the body if null
     */
    public EndUsers(byte[] key, @Nullable String header) {
        try {
            keyed = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        keyed.update(key);
        this.header = header;
    }

    /** Returns the end user that a header field names; null if the body names it, or if there is none. */
    public @Nullable String ofHead(Exchange exchange) {
        return header == null ? null : id(exchange.account(), exchange.headers().first(header));
    }

    /** Returns the end user that a prompt names; null if a header field names it, or if there is none. */
    public @Nullable String ofBody(Account account, BodyView body) {
        return header == null && body instanceof BodyView.Chat chat ? id(account, chat.endUser()) : null;
    }

    private @Nullable String id(Account account, @Nullable String name) {
        if (name == null || name.isBlank()) {
            return null;
        }
        int session = name.startsWith(USER) ? name.indexOf(SESSION) : -1;
        String person = session >= 0 ? name.substring(0, session) : name;
        MessageDigest digest;
        try {
            digest = (MessageDigest) keyed.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("SHA-256 of every Java platform can be cloned", e);
        }
        digest.update(account.id().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(person.substring(0, Math.min(person.length(), LONGEST)).getBytes(StandardCharsets.UTF_8));
        return account.id() + BucketTable.GROUP_END + HexFormat.of().formatHex(digest.digest(), 0, HASH_BYTES);
    }

    /**
     * Adds the buckets of the end user to the owners of a reservation. Beyond the bounds new end users of the account share
     * one set. A request that the account may not have sent has no end user.
     */
    static void addOwner(
            BucketTable users, Account account, Standing standing, PolicyLimits policy, Reservation reservation) {
        String user = reservation.endUser;
        if (user == null
                || reservation.overflows
                || !account.keepsState()
                || (reservation.claimed && !reservation.proven)) {
            return;
        }
        OwnerLimits limits = policy.user(account.tier(), standing);
        if (limits.isEmpty()) {
            return;
        }
        long bound = policy.policy().accountBound();
        BucketSet set = users.findOrCreate(user, limits, bound, policy.policy().userBound());
        if (set == null) {
            reservation.endUser = account.id() + BucketTable.GROUP_END + OTHERS;
            set = users.findOrCreate(reservation.endUser, limits, Long.MAX_VALUE);
        }
        if (set != null) {
            reservation.addOwner(set, set.effectiveLimits(policy).user(account.tier(), standing));
        }
    }
}
