package dev.stillgate.canary.key;

import dev.stillgate.canary.text.edit.FormChooser;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Secret choice of wording for one cluster or stratum in one epoch: a sign (first or second form) for each cell, which is
 * a class of synonymous forms after a given hash of the preceding word. Signs are independent. The probability of each is
 * that of {@link CanaryPlan#selects}, so that a form which is rare in unmarked text is written in few places. Each cell
 * of a stratum has the sign of the epoch's global key, or with the plan's probability one of its own. Signs are derived
 * with HKDF-SHA-256 (RFC 5869), so a name gives the same key on every machine. Immutable and thread-safe.
 */
public final class CanaryKey implements FormChooser {
    /** Limit on the characters of a name. */
    public static final int MAX_NAME = 128;

    private static final byte[] GLOBAL = "global:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] BEACON = "beacon:".getBytes(StandardCharsets.US_ASCII);

    private final String name;
    private final byte[] key;
    private final byte[] tableDigest;
    private final CanaryPlan plan;
    private final @Nullable Beacon beacon;
    private final @Nullable CanaryKey global;
    private final byte[][] cellSigns;

    private CanaryKey(
            String name,
            byte[] key,
            ClassSheet sheet,
            CanaryPlan plan,
            @Nullable Beacon beacon,
            @Nullable CanaryKey global) {
        this.name = name;
        this.key = key;
        this.plan = plan;
        this.beacon = beacon;
        this.global = global;
        tableDigest = sheet.digest();
        cellSigns = new byte[sheet.classes()][];
        for (int k = 0; k < cellSigns.length; k++) {
            cellSigns[k] = global == null ? draw(k, sheet) : deviate(k, sheet, global.cellSigns[k]);
        }
    }

    /**
     * Derives the key of a name without a beacon, under the newest plan.
     *
     * @param name such as {@code c3/2026-Q4}: 1 to 128 characters without control characters
     * @throws IllegalArgumentException if the name is invalid
     */
    public static CanaryKey derive(MasterSecret master, String name, ClassSheet sheet) {
        return new KeyDeriver(master, sheet, null).key(name);
    }

    /** Derives the key of a name without a beacon, under a plan. */
    public static CanaryKey derive(MasterSecret master, String name, ClassSheet sheet, CanaryPlan plan) {
        return new KeyDeriver(master, sheet, null).key(name, plan);
    }

    /** Draws a key that stands alone. */
    static CanaryKey of(String name, byte[] key, ClassSheet sheet, CanaryPlan plan, @Nullable Beacon beacon) {
        return new CanaryKey(name, key, sheet, plan, beacon, null);
    }

    /** Draws the key of a stratum. */
    static CanaryKey ofStratum(
            String name, byte[] key, ClassSheet sheet, CanaryPlan plan, CanaryKey global, @Nullable Beacon beacon) {
        return new CanaryKey(name, key, sheet, plan, beacon, global);
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

    /** Derives the signs of a class: 16 bits per cell, which selects form 1 if they are below the plan's threshold. */
    private byte[] draw(int cls, ClassSheet sheet) {
        ByteBuffer bits = Hkdf.expand(key, "class", cls, 2 * sheet.buckets(cls));
        byte[] signs = new byte[sheet.buckets(cls)];
        for (int b = 0; b < signs.length; b++) {
            signs[b] = sign(bits, plan.threshold(sheet.rate(cls)));
        }
        return signs;
    }

    /** Derives the signs of a class of a stratum: 16 bits per cell that say whether it is drawn anew, and 16 of its sign. */
    private byte[] deviate(int cls, ClassSheet sheet, byte[] global) {
        ByteBuffer bits = Hkdf.expand(key, "deviation", cls, 4 * sheet.buckets(cls));
        byte[] signs = new byte[sheet.buckets(cls)];
        for (int b = 0; b < signs.length; b++) {
            boolean redrawn = sign(bits, plan.redrawn()) > 0;
            byte own = sign(bits, plan.threshold(sheet.rate(cls)));
            signs[b] = redrawn ? own : global[b];
        }
        return signs;
    }

    private static byte sign(ByteBuffer bits, int threshold) {
        return (byte) ((bits.getShort() & 0xffff) < threshold ? 1 : -1);
    }

    /** Returns the form that the cell's sign selects: 1 for +1, 0 for -1. */
    @Override
    public int form(int cls, int bucket) {
        return cellSigns[cls][bucket] > 0 ? 1 : 0;
    }

    /** Returns the sign of a cell, +1 or -1. */
    public int cellSign(int cls, int bucket) {
        return cellSigns[cls][bucket];
    }

    /** Returns the number of classes in the key's table. */
    public int classes() {
        return cellSigns.length;
    }

    /** Returns the name. */
    public String name() {
        return name;
    }

    /** Returns the plan under which the key was derived. */
    public CanaryPlan plan() {
        return plan;
    }

    /** Returns the global key that a stratum's key deviates from, or null for a key that stands alone. */
    public @Nullable CanaryKey global() {
        return global;
    }

    /** Returns the deviation of a stratum's cell: its sign times the global key's, +1 or -1; +1 for a key alone. */
    public int deviation(int cls, int bucket) {
        return global == null ? 1 : cellSigns[cls][bucket] * global.cellSigns[cls][bucket];
    }

    /** Returns the beacon, or null if the key was derived without one. */
    public @Nullable Beacon beacon() {
        return beacon;
    }

    /**
     * Returns the commitment that is published before first use: SHA-256 of the parts of {@link #committed}, each after
     * its length in four bytes. It reveals nothing of the key, and it fixes the key, the table and the test.
     */
    public byte[] commitment() {
        return Hkdf.sha256(committed());
    }

    /**
     * Returns the preimage of the commitment: the key, the table's digest and the plan, then for a stratum
     * {@code global:} and the global key's commitment, and with a beacon {@code beacon:} and its value. Its owner can
     * forge marks of this key; of a stratum's only with the preimage of the global key.
     */
    public List<byte[]> committed() {
        List<byte[]> parts = new ArrayList<>(List.of(key.clone(), tableDigest.clone(), plan.canonical()));
        if (global != null) {
            parts.add(labelled(GLOBAL, global.commitment()));
        }
        if (beacon != null) {
            parts.add(labelled(BEACON, beacon.bytes()));
        }
        return parts;
    }

    private static byte[] labelled(byte[] label, byte[] value) {
        return ByteBuffer.allocate(label.length + value.length)
                .put(label)
                .put(value)
                .array();
    }

    @Override
    public String toString() {
        return "key " + name;
    }
}
