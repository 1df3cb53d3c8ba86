package dev.stillgate.canary.key;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The secret of an epoch, HKDF of the master secret. Its commitment is published before a {@link Beacon} appears; keys
 * with a beacon are derived from it. Its owner can derive every such key of the epoch, and forge and remove their marks.
 */
public final class EpochSecret {
    private static final String SALT = "stillgate epoch secret 1";
    private static final String KEY_SALT = "stillgate canary key 2";

    private final String epoch;
    private final byte[] bytes;

    private EpochSecret(String epoch, byte[] bytes) {
        this.epoch = epoch;
        this.bytes = bytes;
    }

    /**
     * Derives the secret of an epoch.
     *
     * @param epoch such as {@code 2026-Q4}
     */
    public static EpochSecret of(MasterSecret master, String epoch) {
        return new EpochSecret(epoch, Hkdf.key(master.bytes(), SALT, List.of(epoch.getBytes(StandardCharsets.UTF_8))));
    }

    /** Returns the name of the commitment, such as {@code secret/2026-Q4}. */
    public String name() {
        return KeyNames.ofSecret(epoch);
    }

    /**
     * Returns the commitment: SHA-256 of the parts of {@link #committed}, each after its length in four bytes.
     */
    public byte[] commitment() {
        return Hkdf.sha256(committed());
    }

    /** Returns the preimage of the commitment: the 32 bytes of the secret, and the epoch. */
    public List<byte[]> committed() {
        return List.of(bytes.clone(), epoch.getBytes(StandardCharsets.UTF_8));
    }

    /** Returns the bytes of the key of a name. */
    byte[] key(Beacon beacon, String name, byte[] tableDigest) {
        return Hkdf.key(bytes, KEY_SALT, List.of(beacon.bytes(), name.getBytes(StandardCharsets.UTF_8), tableDigest));
    }

    @Override
    public String toString() {
        return "secret of " + epoch;
    }
}
