package dev.stillgate.canary.ledger;

import dev.stillgate.canary.ledger.file.Leaf;
import java.util.Arrays;
import java.util.BitSet;

/**
 * A marked answer to record. The ledger stores a keyed hash of the message id, and nothing of the text.
 *
 * @param message id by which the client knows the response, 1 to 1,024 characters
 * @param key index of the leaf that commits to the key, from {@link Ledger#commit}
 * @param sites number of sites in the delivered text, in order, up to 524,288
 * @param forms one bit per site: the delivered form
 */
public record MarkedResponse(String message, long key, int sites, BitSet forms) {
    static final int MAX_MESSAGE = 1024;

    /** @throws IllegalArgumentException if a bound is exceeded */
    public MarkedResponse {
        if (message.isEmpty() || message.length() > MAX_MESSAGE) {
            throw new IllegalArgumentException(
                    "a message id has 1 to " + MAX_MESSAGE + " characters, not " + message.length());
        }
        if (sites < 0 || sites > Leaf.MAX_SITES) {
            throw new IllegalArgumentException("an answer has 0 to " + Leaf.MAX_SITES + " sites, not " + sites);
        }
        if (forms.length() > sites) {
            throw new IllegalArgumentException("a form for site " + (forms.length() - 1) + " of " + sites);
        }
    }

    /** Returns one bit per site, the low bit of a byte first. */
    byte[] packedForms() {
        return Arrays.copyOf(forms.toByteArray(), Leaf.Response.bytesFor(sites));
    }
}
