package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.spi.Account;
import dev.stillgate.tokenbucket.policy.Charge;
import dev.stillgate.tokenbucket.policy.OwnerLimits;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Bucket sets of address prefixes (IPv4 /24, IPv6 /48), for accounts without their own set, and of the failed claims of
 * one account from a prefix. The table has a fixed size: each of these is hashed to a slot, and those with the same slot
 * share its set. The hash has a secret key, so that a client cannot choose the slot of another. Thread-safe.
 */
final class OverflowTable {
    /** The number of slots; with all slots in use, the table takes about 10 MB. */
    static final int SLOTS = 1 << 16;

    private static final long FAILED_CLAIMS = 1L << 63;

    private final AtomicReferenceArray<@Nullable BucketSet> slots = new AtomicReferenceArray<>(SLOTS);
    private final long key0;
    private final long key1;

    /** Creates an empty table with a random key. */
    OverflowTable() {
        SecureRandom random = new SecureRandom();
        this.key0 = random.nextLong();
        this.key1 = random.nextLong();
    }

    /** Returns the set of the prefix of an address; creates it if absent. */
    BucketSet at(InetAddress address, OwnerLimits limits, long now) {
        return at(prefix(address), limits, now);
    }

    /** Returns the set of the failed claims of an account from the prefix of an address; creates it if absent. */
    BucketSet ofFailedClaims(Account account, InetAddress address, OwnerLimits limits, long now) {
        long ofPrefix = sipHash(key0, key1, prefix(address) | FAILED_CLAIMS);
        return at(ofPrefix ^ account.id().hashCode(), limits, now);
    }

    /** Returns whether the failed claims of an account from the prefix leave no room for an unproven claim. */
    boolean refusesClaim(Account account, InetAddress address, OwnerLimits limits, long now, Charge charge) {
        return charge.claimed
                && !charge.proven
                && !ofFailedClaims(account, address, limits, now).fits(charge.oneRequest(), limits, now);
    }

    private BucketSet at(long key, OwnerLimits limits, long now) {
        int slot = (int) sipHash(key0, key1, key) & (SLOTS - 1);
        BucketSet set = slots.get(slot);
        if (set != null) {
            return set;
        }
        BucketSet created = BucketSet.shared(limits, now, null);
        BucketSet other = slots.compareAndExchange(slot, null, created);
        return other == null ? created : other;
    }

    /** Switches each set to the limits of a policy. */
    void adopt(OwnerLimits limits, long now) {
        for (int i = 0; i < SLOTS; i++) {
            BucketSet set = slots.get(i);
            if (set != null) {
                set.adopt(limits, now);
            }
        }
    }

    /**
     * Returns the first 24 bits of an IPv4 or 48 bits of an IPv6 address, preceded by the length of the address in
     * bytes.
     */
    static long prefix(InetAddress address) {
        byte[] bytes = address.getAddress();
        int length = bytes.length == 4 ? 3 : 6;
        long prefix = bytes.length;
        for (int i = 0; i < 6; i++) {
            prefix = prefix << 8 | (i < length ? bytes[i] & 0xff : 0);
        }
        return prefix;
    }

    /** SipHash-2-4 of one 64-bit little-endian value (Aumasson and Bernstein, 2012). */
    static long sipHash(long key0, long key1, long word) {
        long[] v = {
            key0 ^ 0x736f6d6570736575L,
            key1 ^ 0x646f72616e646f6dL,
            key0 ^ 0x6c7967656e657261L,
            key1 ^ 0x7465646279746573L
        };
        long length = 8L << 56;
        v[3] ^= word;
        rounds(v, 2);
        v[0] ^= word;
        v[3] ^= length;
        rounds(v, 2);
        v[0] ^= length;
        v[2] ^= 0xff;
        rounds(v, 4);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    private static void rounds(long[] v, int count) {
        for (int i = 0; i < count; i++) {
            v[0] += v[1];
            v[1] = Long.rotateLeft(v[1], 13) ^ v[0];
            v[0] = Long.rotateLeft(v[0], 32);
            v[2] += v[3];
            v[3] = Long.rotateLeft(v[3], 16) ^ v[2];
            v[0] += v[3];
            v[3] = Long.rotateLeft(v[3], 21) ^ v[0];
            v[2] += v[1];
            v[1] = Long.rotateLeft(v[1], 17) ^ v[2];
            v[2] = Long.rotateLeft(v[2], 32);
        }
    }
}
