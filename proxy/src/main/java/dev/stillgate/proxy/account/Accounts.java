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
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Maps credentials to accounts, one instance per process. Stores keyed hashes of credentials only, never the
 * credentials. Thread-safe; each connection uses its own {@link Cursor}.
 *
 * <p>The account of an unlisted credential is provisional until the upstream has accepted the credential, so forged
 * credentials take no memory. Accepted credentials are kept in a cache that is bounded in size and time.
 */
public final class Accounts {
    /** The maximum number of accepted credentials in the cache. */
    static final int MOST_ACCEPTED = 2_000_000;

    /** How long an unused accepted credential is kept. */
    public static final Duration IDLE = Duration.ofDays(30);

    /** The name of the random secret that is used if {@code hashing} is empty. */
    private static final String RANDOM = "h0";

    private static final Pattern ID_OF_HASH = Pattern.compile("[^:]+:[0-9a-f]{32}");

    private final List<String> secretNames;
    private final byte[] secret;
    private final CredentialHash[] hashes;
    private final Cache<Hash, Account> accepted;
    private final AtomicLong acceptedChanges = new AtomicLong();
    private final StatedValues<Hash> organisations;
    private final StatedValues<Hash> tiers;
    private volatile AccountTable table = AccountTable.EMPTY;

    /**
     * Creates an instance without listed accounts.
     *
     * @param hashing the secrets by name, in the order of {@code hashing} in {@code stillgate.yaml}; empty for a random
     *     one
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
        organisations = new StatedValues<>(ticker);
        tiers = new StatedValues<>(ticker);
    }

    /** Returns a copy of the first secret, which hashes unlisted credentials and from which other keys are derived. */
    public byte[] secret() {
        return secret.clone();
    }

    /** Returns the names of the secrets; the first one hashes unlisted credentials. */
    public List<String> secretNames() {
        return secretNames;
    }

    /** Replaces the table of listed accounts; cursors use it from their next request on. */
    public void swap(AccountTable next) {
        table = next;
    }

    public AccountTable table() {
        return table;
    }

    /** Returns the approximate number of accepted credentials in the cache. */
    public long acceptedCount() {
        return accepted.estimatedSize();
    }

    /**
     * Returns the account of an accepted credential in the cache by its id, or null. Looking does not count as a use of
     * it.
     */
    public @Nullable Account findAccepted(String id) {
        Hash hash = hash(secretNames.getFirst(), id);
        return hash == null ? null : accepted.policy().getIfPresentQuietly(hash);
    }

    /**
     * Returns the account that lists the key of an unlisted credential, given by the id of that, in a table; null if none
     * does.
     */
    public @Nullable Account owner(AccountTable in, String id) {
        for (int secret = 0; secret < secretNames.size(); secret++) {
            Hash hash = hash(secretNames.get(secret), id);
            if (hash != null) {
                return in.find(secret, hash.hi(), hash.lo());
            }
        }
        return null;
    }

    /** Returns whether an id is that of an unlisted credential, under any secret, also one that is no longer listed. */
    public static boolean isHash(String id) {
        return ID_OF_HASH.matcher(id).matches();
    }

    /** Returns the hash in the id of a credential that is unlisted under a secret, null for an id of another form. */
    private static @Nullable Hash hash(String secretName, String id) {
        String prefix = secretName + ':';
        int digits = prefix.length();
        if (!id.startsWith(prefix) || id.length() != digits + 32) {
            return null;
        }
        try {
            return new Hash(
                    HexFormat.fromHexDigitsToLong(id, digits, digits + 16),
                    HexFormat.fromHexDigitsToLong(id, digits + 16, digits + 32));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Creates the cursor of a connection. */
    public Cursor cursor() {
        return new Cursor();
    }

    /**
     * Marks an account as accepted after the upstream has successfully served a request with its credential. Has no
     * effect on accounts that are not provisional.
     */
    public void accepted(Account account) {
        if (account.trust() == Trust.PROVISIONAL) {
            String id = account.id();
            Hash hash = Objects.requireNonNull(
                    hash(secretNames.getFirst(), id), "the id of a provisional account holds its hash");
            accepted.asMap().putIfAbsent(hash, new Account(id, Trust.ACCEPTED, null, null, false, null));
            acceptedChanges.incrementAndGet();
        }
    }

    /** Returns a number that grows with each accepted credential. */
    long acceptedChanges() {
        return acceptedChanges.get();
    }

    /** Returns the hashes of the accepted credentials, two words each, without those that the gateway verifies itself. */
    long[] acceptedHashes() {
        return accepted.asMap().entrySet().stream()
                .filter(entry -> isPlain(entry.getValue()))
                .limit(MOST_ACCEPTED)
                .flatMapToLong(entry ->
                        LongStream.of(entry.getKey().hi(), entry.getKey().lo()))
                .toArray();
    }

    private static boolean isPlain(Account account) {
        return !account.verified() && account.organisation() == null && account.tier() == null;
    }

    /** Restores accepted credentials from {@link #acceptedHashes}. */
    void restoreAccepted(long[] hashes) {
        for (int i = 0; i + 1 < hashes.length; i += 2) {
            String id = CredentialHash.id(secretNames.getFirst(), hashes[i], hashes[i + 1]);
            accepted.put(new Hash(hashes[i], hashes[i + 1]), new Account(id, Trust.ACCEPTED, null, null, false, null));
        }
    }

    /** Returns the id of an unlisted credential, which is its key in {@code accounts.yaml}. */
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
     * A connection's access to the accounts. It caches the last credential's account, because most connections carry a
     * single credential; repeating the credential allocates nothing. Not thread-safe.
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
         * Returns the account of a credential, or {@link Account#ANONYMOUS} if the credential is empty.
         *
         * @throws IndexOutOfBoundsException if the range is not within the array
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

        /**
         * Returns the account of a credential that the gateway has verified itself: the listed one, or else one with the
         * attributes that came with the credential.
         *
         * @param credential not empty
         */
        public Account resolve(byte[] credential, AccountAttributes attributes) {
            CredentialHash first = scratch[0];
            first.hash(credential, 0, credential.length);
            AccountTable current = table;
            boolean repeated = first.hi() == hi && first.lo() == lo && current == seen && last != null;
            Account known = repeated ? last : null;
            if (known == null) {
                hi = first.hi();
                lo = first.lo();
                seen = current;
                known = listed(current, credential, 0, credential.length);
                unlisted = known == null ? new Hash(hi, lo) : Hash.NONE;
            }
            last = known != null && known.trust() == Trust.LISTED ? known : verified(attributes);
            return last;
        }

        /**
         * Returns the account of an unlisted verified credential, with the attributes of its newest request. If that does
         * not state an organisation or a tier, those stated before stay for a while: a change can cut the account's limits.
         */
        private Account verified(AccountAttributes attributes) {
            String stated = organisations.newest(unlisted, attributes.organisation());
            String organisation = stated != null && attributes.organisations().contains(stated) ? stated : null;
            String tier = tiers.newest(unlisted, attributes.tier());
            Account before = accepted.getIfPresent(unlisted);
            if (before != null
                    && before.verified() == attributes.verified()
                    && Objects.equals(before.organisation(), organisation)
                    && Objects.equals(before.tier(), tier)) {
                return before;
            }
            Account now = new Account(
                    CredentialHash.id(secretNames.getFirst(), hi, lo),
                    Trust.ACCEPTED,
                    organisation,
                    tier,
                    attributes.verified(),
                    null);
            accepted.put(unlisted, now);
            return now;
        }

        /** Returns a number of the account of a credential. The credential is not used otherwise. */
        public long number(byte[] credential) {
            scratch[0].hash(credential, 0, credential.length);
            return scratch[0].hi();
        }

        /**
         * Returns the {@link #number} of a credential that is listed or has been accepted; empty for another one.
         * The credential may be forged, so looking does not count as a use of it.
         */
        public OptionalLong known(byte[] credential) {
            CredentialHash first = scratch[0];
            first.hash(credential, 0, credential.length);
            Hash hash = new Hash(first.hi(), first.lo());
            boolean known = listed(table, credential, 0, credential.length) != null
                    || accepted.policy().getIfPresentQuietly(hash) != null;
            return known ? OptionalLong.of(hash.hi) : OptionalLong.empty();
        }

        private @Nullable Account listed(AccountTable current, byte[] credential, int offset, int length) {
            Account account = current.find(0, scratch[0].hi(), scratch[0].lo());
            for (int i = 1; account == null && i < scratch.length; i++) {
                scratch[i].hash(credential, offset, length);
                account = current.find(i, scratch[i].hi(), scratch[i].lo());
            }
            return account;
        }

        /** Returns the current account of an unlisted credential, which may have been accepted or evicted since. */
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

    /** The 128-bit hash of a credential, as a cache key. */
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
