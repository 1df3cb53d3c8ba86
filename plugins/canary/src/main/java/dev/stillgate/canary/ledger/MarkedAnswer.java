package dev.stillgate.canary.ledger;

import java.util.Arrays;
import dev.stillgate.canary.ledger.file.Leaf;
import java.util.BitSet;

/**
 * What the ledger is told of an answer that was marked. The ledger keeps a keyed hash of the message id, never the id, and
 * nothing of the text.
 *
 * @param message the id by which the caller knows the answer, 1 to 1,024 characters
 * @param key the index of the leaf that commits to the key, as {@link Ledger#commit} gave it
 * @param sites how many sites the delivered text has, in its order, up to 524,288
 * @param forms a bit for each site: the form, 0 or 1, that was delivered
 */
public record MarkedAnswer(String message, long key, int sites, BitSet forms) {
    static final int MAX_MESSAGE = 1024;

    /** @throws IllegalArgumentException when a bound is broken */
    public MarkedAnswer {
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

    /** Returns a bit for each site, the low bit of a byte first. */
    byte[] packedForms() {
        return Arrays.copyOf(forms.toByteArray(), Leaf.Answer.bytesFor(sites));
    }
}
