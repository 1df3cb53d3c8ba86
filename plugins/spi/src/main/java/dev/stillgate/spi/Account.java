package dev.stillgate.spi;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * The account that a credential stands for. The credential itself is never kept: only its keyed hash.
 *
 * @param id the id in {@code accounts.yaml}; for a credential that is not listed {@code h1:} and 32 hex digits; for a
 *     request without a credential {@code anonymous}
 * @param trust how much is known of it
 * @param organisation the organisation it belongs to, null when unknown
 * @param tier the tier whose limits apply, null when unknown
 * @param verified whether the operator has verified who is behind it
 * @param created when it was opened, null when unknown
 */
public record Account(
        String id,
        Trust trust,
        @Nullable String organisation,
        @Nullable String tier,
        boolean verified,
        @Nullable LocalDate created) {

    /** The account of every request that carries no credential. */
    public static final Account ANONYMOUS = new Account("anonymous", Trust.NONE, null, null, false, null);

    /** Returns whether state may be kept for it: provisional and anonymous callers keep nothing of their own. */
    public boolean keepsState() {
        return trust == Trust.LISTED || trust == Trust.ACCEPTED;
    }

    /** How much is known of an account. */
    public enum Trust {
        /** No credential was sent. */
        NONE,
        /** A credential that is not listed and that the upstream has not yet accepted: it may be forged. */
        PROVISIONAL,
        /** A credential that is not listed and for which the upstream has served a prompt, or an answer, with success. */
        ACCEPTED,
        /** Listed in {@code accounts.yaml}. */
        LISTED
    }
}
