package dev.stillgate.canary.key;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Derives keys by name from one master secret, class table and beacon. Immutable and thread-safe. */
public final class KeyDeriver {
    private static final String SALT = "stillgate canary key 1";

    private final MasterSecret master;
    private final ClassSheet sheet;
    private final @Nullable Beacon beacon;
    private final String id;

    /**
     * Creates a deriver.
     *
     * @param beacon mixed into every key, or null
     */
    public KeyDeriver(MasterSecret master, ClassSheet sheet, @Nullable Beacon beacon) {
        this.master = master;
        this.sheet = sheet;
        this.beacon = beacon;
        byte[] mixed = beacon == null ? new byte[0] : beacon.bytes();
        id = HexFormat.of()
                .formatHex(Hkdf.key(master.bytes(), "stillgate key deriver", List.of(sheet.digest(), mixed)), 0, 16);
    }

    /**
     * Derives the key of a name under the newest plan for it.
     *
     * @param name such as {@code c3/2026-Q4}: 1 to 128 characters without control characters
     * @throws IllegalArgumentException if the name is invalid or that of an epoch's secret
     */
    public CanaryKey key(String name) {
        return key(name, plans(name).getFirst());
    }

    /** Derives the key of a name under a plan, which must be one of {@link #plans}. */
    public CanaryKey key(String name, CanaryPlan plan) {
        CanaryKey.requireName(name);
        if (KeyNames.isSecret(name)) {
            throw new IllegalArgumentException(name + " is the commitment to an epoch's secret, not a key");
        }
        byte[] bytes = bytes(name);
        return KeyNames.isStratum(name)
                ? CanaryKey.ofStratum(name, bytes, sheet, plan, key(KeyNames.ofGlobal(KeyNames.epoch(name))), beacon)
                : CanaryKey.of(name, bytes, sheet, plan, beacon);
    }

    private byte[] bytes(String name) {
        if (beacon != null) {
            return secret(KeyNames.epoch(name)).key(beacon, name, sheet.digest());
        }
        return Hkdf.key(master.bytes(), SALT, List.of(name.getBytes(StandardCharsets.UTF_8), sheet.digest()));
    }

    /** Returns the secret of an epoch. */
    public EpochSecret secret(String epoch) {
        return EpochSecret.of(master, epoch);
    }

    /**
     * Returns the name of the key of an account outside any cluster. It contains a pseudonym in place of the id, which
     * only the master secret can compute, and which differs between epochs.
     */
    public String ofAccount(String account, String epoch) {
        List<byte[]> parts = List.of(account.getBytes(StandardCharsets.UTF_8), epoch.getBytes(StandardCharsets.UTF_8));
        byte[] pseudonym = Hkdf.key(master.bytes(), "stillgate account name", parts);
        return KeyNames.ofAccount(HexFormat.of().formatHex(pseudonym, 0, 16), epoch);
    }

    /** Returns the plans under which a key of this name may have been committed, newest first. */
    public static List<CanaryPlan> plans(String name) {
        boolean stratum = KeyNames.isStratum(name);
        return CanaryPlan.KNOWN.stream()
                .filter(plan -> plan.isForStrata() == stratum)
                .toList();
    }

    /** Returns the class table's summary. */
    public ClassSheet sheet() {
        return sheet;
    }

    /** Returns the beacon, or null if there is none. */
    public @Nullable Beacon beacon() {
        return beacon;
    }

    /** Returns whether the master secret is the published test secret. */
    public boolean isTest() {
        return master.isTest();
    }

    /** Returns 32 hexadecimal digits that differ for derivers that give different keys; they reveal no key. */
    public String id() {
        return id;
    }

    @Override
    public String toString() {
        return "deriver " + id;
    }
}
