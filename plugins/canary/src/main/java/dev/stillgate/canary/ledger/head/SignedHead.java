package dev.stillgate.canary.ledger.head;

import dev.stillgate.canary.ledger.tree.Hash;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Signed tree head: a C2SP checkpoint in a signed note, as stored in files and published.
 *
 * <pre>
 * origin
 * size, in decimal
 * root, in base64
 *
 * — name base64(4 bytes of key hash, 64 of Ed25519 signature over the three lines)
 * </pre>
 *
 * @param note the complete text
 */
public record SignedHead(TreeHead head, String note) {
    /** Limit on the bytes of a note, with space for the signatures of many witnesses. */
    static final int MAX_NOTE = 16 << 10;

    private static final String DASH = "\u2014 ";

    /**
     * Parses a note that this key has signed; other signatures are ignored.
     *
     * @throws IllegalArgumentException if the note is invalid
     */
    public static SignedHead read(String note, VerifierKey key) {
        int blank = note.indexOf("\n\n");
        if (blank < 0 || !note.endsWith("\n")) {
            throw new IllegalArgumentException("no signed note: no blank line before signatures, or cut off");
        }
        byte[] text = note.substring(0, blank + 1).getBytes(StandardCharsets.UTF_8);
        String signatures = note.substring(blank + 2);
        if (signatures.lines().noneMatch(line -> signedBy(key, text, line))) {
            throw new IllegalArgumentException("not signed by " + key);
        }
        TreeHead head = head(note.substring(0, blank).split("\n", -1));
        if (!head.origin().equals(key.name())) {
            throw new IllegalArgumentException("the head of " + head.origin() + ", not of " + key.name());
        }
        return new SignedHead(head, note);
    }

    /** Returns the note of a head and its signature. */
    static SignedHead of(TreeHead head, VerifierKey key, byte[] signature) {
        byte[] signed = ByteBuffer.allocate(VerifierKey.KEY_HASH + VerifierKey.SIGNATURE)
                .put(key.hash())
                .put(signature)
                .array();
        String line = DASH + key.name() + " " + Base64.getEncoder().encodeToString(signed) + "\n";
        return new SignedHead(head, head.body() + "\n" + line);
    }

    private static boolean signedBy(VerifierKey key, byte[] text, String line) {
        String start = DASH + key.name() + " ";
        if (!line.startsWith(start)) {
            return false;
        }
        byte[] signed = Base64.getDecoder().decode(line.substring(start.length()));
        return signed.length == VerifierKey.KEY_HASH + VerifierKey.SIGNATURE
                && Arrays.equals(signed, 0, VerifierKey.KEY_HASH, key.hash(), 0, VerifierKey.KEY_HASH)
                && key.signed(text, Arrays.copyOfRange(signed, VerifierKey.KEY_HASH, signed.length));
    }

    private static TreeHead head(String[] lines) {
        if (lines.length < 3 || !lines[1].matches("0|[1-9][0-9]{0,17}")) {
            throw new IllegalArgumentException("no checkpoint: origin, size and root are expected");
        }
        return new TreeHead(
                lines[0], Long.parseLong(lines[1]), Hash.of(Base64.getDecoder().decode(lines[2])));
    }
}
