package dev.stillgate.proxy.account;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.Ticker;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who the callers are, one for the process: from a credential to its account. The credential itself is never kept, only
 * its keyed hash. Safe for any thread; each connection asks through its own {@link Cursor}.
 *
 * <p>A credential that is not listed is provisional until the upstream has accepted it, so that forged ones keep
 * nothing; what was accepted is remembered, bounded in number and time.
 */
public final class Accounts {
    /** The most credentials that are remembered as accepted. */
    static final int MOST_ACCEPTED = 2_000_000;

    /** How long an accepted credential is remembered without being used. */
    static final Duration IDLE = Duration.ofDays(30);

    /** The name of the random secret that is used when {@code hashing} is empty. */
    private static final String RANDOM = "h0";

    private final List<String> secretNames;
    private final byte[] secret;
    private final CredentialHash[] hashes;
    private final Cache<Hash, Account> accepted;
    private volatile AccountTable table = AccountTable.EMPTY;

    /**
     * Starts without a listed account.
     *
     * @param hashing the secrets by name, in order, as {@code hashing} in {@code stillgate.yaml}; empty for a random one
     */
    public Accounts(Map<String, String> hashing, Ticker ticker) {
        Map<String, String> secrets = hashing.isEmpty() ? Map.of(RANDOM, random()) : hashing;
        secretNames = List.copyOf(secrets.keySet());
        secret = secrets.values().iterator().next().getBytes(StandardCharsets.UTF_8);
        hashes = secrets.values().stream().map(CredentialHash::of).toArray(CredentialHash[]::new);
        accepted = Caffeine.newBuilder()
                .maximumSize(MOST_ACCEPTED)
                .expireAfterAccess(IDLE)
                .ticker(ticker::nanos)
                .executor(Runnable::run)
                .build();
    }

    /** Returns the secret that makes new ids; what else needs a key is drawn from it. */
    public byte[] secret() {
        return secret.clone();
    }

    /** Returns the names of the secrets, the one that makes new ids first. */
    public List<String> secretNames() {
        return secretNames;
    }

    /** Puts another table of listed accounts in place; cursors see it at their next request. */
    public void swap(AccountTable next) {
        table = next;
    }

    /** Returns the table of listed accounts. */
    public AccountTable table() {
        return table;
    }

    /** Returns how many credentials are remembered as accepted, about. */
    public long acceptedCount() {
        return accepted.estimatedSize();
    }

    /** Returns a new cursor, for one connection. */
    public Cursor cursor() {
        return new Cursor();
    }

    /**
     * Accepts an account: the upstream has served a prompt or a stored answer for its credential. Only a provisional account
     * is changed by it; the others may be given as often as there are answers.
     */
    public void accepted(Account account) {
        if (account.trust() == Trust.PROVISIONAL) {
            String id = account.id();
            int digits = id.indexOf(':') + 1;
            Hash hash = new Hash(
                    HexFormat.fromHexDigitsToLong(id, digits, digits + 16),
                    HexFormat.fromHexDigitsToLong(id, digits + 16, digits + 32));
            accepted.asMap().putIfAbsent(hash, new Account(id, Trust.ACCEPTED, null, null, false, null));
        }
    }

    /** Returns the id of a credential that is not listed, as {@code accounts.yaml} has it under {@code keys}. */
    public String id(byte[] credential, int offset, int length) {
        CredentialHash hash = hashes[0].copy();
        hash.hash(credential, offset, length);
        return CredentialHash.id(secretNames.getFirst(), hash.hi(), hash.lo());
    }

    private static String random() {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    /**
     * A connection's view of the accounts, which remembers its last answer: a connection mostly carries one credential,
     * and the same again allocates nothing. One thread only.
     */
    public final class Cursor {
        private final CredentialHash[] scratch;
        private AccountTable seen = AccountTable.EMPTY;
        private @Nullable Account last;
        private Hash unlisted = Hash.NONE;
        private long hi;
        private long lo;

        private Cursor() {
            scratch = new CredentialHash[hashes.length];
            for (int i = 0; i < scratch.length; i++) {
                scratch[i] = hashes[i].copy();
            }
        }

        /**
         * Returns the account of a credential; {@link Account#ANONYMOUS} when it is empty.
         *
         * @throws IndexOutOfBoundsException when the bytes are not within the array
         */
        public Account resolve(byte[] credential, int offset, int length) {
            if (length == 0) {
                return Account.ANONYMOUS;
            }
            CredentialHash first = scratch[0];
            first.hash(credential, offset, length);
            AccountTable current = table;
            Account known = first.hi() == hi && first.lo() == lo && current == seen ? last : null;
            if (known == null) {
                hi = first.hi();
                lo = first.lo();
                seen = current;
                known = listed(current, credential, offset, length);
                unlisted = known == null ? new Hash(hi, lo) : Hash.NONE;
            }
            last = known != null && known.trust() == Trust.LISTED ? known : unlisted(known);
            return last;
        }

        private @Nullable Account listed(AccountTable current, byte[] credential, int offset, int length) {
            Account account = current.find(0, scratch[0].hi(), scratch[0].lo());
            for (int i = 1; account == null && i < scratch.length; i++) {
                scratch[i].hash(credential, offset, length);
                account = current.find(i, scratch[i].hi(), scratch[i].lo());
            }
            return account;
        }

        /** Returns an account that is not listed as it is now: accepted meanwhile, or forgotten. */
        private Account unlisted(@Nullable Account before) {
            Account known = accepted.getIfPresent(unlisted);
            if (known != null) {
                return known;
            }
            return before != null && before.trust() == Trust.PROVISIONAL ? before : provisional();
        }

        private Account provisional() {
            String id = CredentialHash.id(secretNames.getFirst(), hi, lo);
            return new Account(id, Trust.PROVISIONAL, null, null, false, null);
        }
    }

    /** A hash as a key of the accepted ones. */
    private record Hash(long hi, long lo) {
        private static final Hash NONE = new Hash(0, 0);

        @Override
        public int hashCode() {
            return Long.hashCode(hi);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Hash hash && hash.hi == hi && hash.lo == lo;
        }
    }
}
