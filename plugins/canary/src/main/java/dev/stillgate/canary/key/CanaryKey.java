package dev.stillgate.canary.key;

import dev.stillgate.canary.text.edit.FormChooser;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Secret choice of wording for one cluster in one epoch. It has a sign (first or second form) for each class of
 * synonymous forms, and one for each cell: a class after a given hash of the preceding word. A cell's sign equals that
 * of its class with the probability in {@link CanaryPlan}, so coarse learners pick up class signs and finer ones cell
 * signs. Signs are derived with HKDF-SHA-256 (RFC 5869), so a name gives the same key on every machine. Immutable and
 * thread-safe.
 */
public final class CanaryKey implements FormChooser {
    /** Limit on the characters of a name. */
    public static final int MAX_NAME = 128;

    private static final byte[] SALT = "stillgate canary key 1".getBytes(StandardCharsets.US_ASCII);
    private static final int KEY_BYTES = 32;

    private final String name;
    private final byte[] key;
    private final byte[] tableDigest;
    private final CanaryPlan plan;
    private final byte[] classSigns;
    private final byte[][] cellSigns;

    private CanaryKey(String name, byte[] key, ClassSheet sheet, CanaryPlan plan) {
        this.name = name;
        this.key = key;
        this.plan = plan;
        tableDigest = sheet.digest();
        classSigns = new byte[sheet.classes()];
        cellSigns = new byte[sheet.classes()][];
        for (int k = 0; k < classSigns.length; k++) {
            draw(k, sheet.buckets(k));
        }
    }

    /**
     * Derives the key of a name under the current plan.
     *
     * @param name such as {@code c3/2026-Q4}: 1 to 128 characters without control characters
     * @throws IllegalArgumentException if the name is invalid
     */
    public static CanaryKey derive(MasterSecret master, String name, ClassSheet sheet) {
        return derive(master, name, sheet, CanaryPlan.CURRENT);
    }

    /** Derives the key of a name under a plan. */
    public static CanaryKey derive(MasterSecret master, String name, ClassSheet sheet, CanaryPlan plan) {
        requireName(name);
        byte[] info = prefixed(List.of(name.getBytes(StandardCharsets.UTF_8), sheet.digest()));
        byte[] key = hkdf(HKDFParameterSpec.ofExtract()
                .addIKM(master.bytes())
                .addSalt(SALT)
                .thenExpand(info, KEY_BYTES));
        return new CanaryKey(name, key, sheet, plan);
    }

    /**
     * Checks a name.
     *
     * @throws IllegalArgumentException if it is blank, too long, or has control characters
     */
    public static void requireName(String name) {
        if (name.isBlank() || name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "a key's name has 1 to " + MAX_NAME + " characters and no control characters");
        }
    }

    /**
     * Derives the signs of a class: one bit for the class, then 16 bits per cell, which takes the class's sign if they
     * are below the plan's agreement.
     */
    private void draw(int cls, int buckets) {
        byte[] info = ByteBuffer.allocate(9)
                .put("class".getBytes(StandardCharsets.US_ASCII))
                .putInt(cls)
                .array();
        SecretKey secret = new SecretKeySpec(key, "Generic");
        ByteBuffer bits = ByteBuffer.wrap(hkdf(HKDFParameterSpec.expandOnly(secret, info, 1 + 2 * buckets)));
        byte sign = (byte) ((bits.get() & 1) == 0 ? -1 : 1);
        classSigns[cls] = sign;
        cellSigns[cls] = new byte[buckets];
        for (int b = 0; b < buckets; b++) {
            boolean agrees = (bits.getShort() & 0xffff) < plan.agreement();
            cellSigns[cls][b] = (byte) (agrees ? sign : -sign);
        }
    }

    private static byte[] hkdf(AlgorithmParameterSpec parameters) {
        try {
            return KDF.getInstance("HKDF-SHA256").deriveData(parameters);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no HKDF-SHA256", e);
        }
    }

    /** Joins parts, each after its length in four bytes, so that different lists of parts give different bytes. */
    private static byte[] prefixed(List<byte[]> parts) {
        ByteBuffer joined = ByteBuffer.allocate(
                parts.stream().mapToInt(part -> Integer.BYTES + part.length).sum());
        parts.forEach(part -> joined.putInt(part.length).put(part));
        return joined.array();
    }

    /** Returns the form that the cell's sign selects: 1 for +1, 0 for -1. */
    @Override
    public int form(int cls, int bucket) {
        return cellSigns[cls][bucket] > 0 ? 1 : 0;
    }

    /** Returns the sign of a class, +1 or -1. */
    public int classSign(int cls) {
        return classSigns[cls];
    }

    /** Returns the sign of a cell, +1 or -1. */
    public int cellSign(int cls, int bucket) {
        return cellSigns[cls][bucket];
    }

    /** Returns the number of classes in the key's table. */
    public int classes() {
        return classSigns.length;
    }

    /** Returns the name. */
    public String name() {
        return name;
    }

    /** Returns the plan under which the key was derived. */
    public CanaryPlan plan() {
        return plan;
    }

    /**
     * Returns the commitment that is published before first use: SHA-256 of key, table digest and plan, each after its
     * length in four bytes. It reveals nothing of the key, and it fixes the key, the table and the test.
     */
    public byte[] commitment() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(prefixed(committed()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    /** Returns the preimage of the commitment: the key, the table's digest and the plan. Its owner can forge marks. */
    public List<byte[]> committed() {
        return List.of(key.clone(), tableDigest.clone(), plan.canonical());
    }

    @Override
    public String toString() {
        return "key " + name;
    }
}
