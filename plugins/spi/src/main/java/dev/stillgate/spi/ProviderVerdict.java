package dev.stillgate.spi;

import org.jspecify.annotations.Nullable;

/**
 * The provider's own judgement of an exchange, as its response reports it beside status 200.
 *
 * @param kind kind of judgement
 * @param category the category that the provider names, such as {@code cyber}: at most 64 letters, digits and {@code
 *     ._:-}, other characters as {@code _}; null if it names none
 */
public record ProviderVerdict(Kind kind, @Nullable String category) {
    /** The provider reports no judgement. */
    public static final ProviderVerdict NONE = new ProviderVerdict(Kind.NONE, null);

    /** Kinds of judgement. */
    public enum Kind {
        NONE,
        /** The model or a classifier in front of it refused to answer, or to go on. */
        REFUSAL,
        /** A content filter cut the response or left out parts of it. */
        CONTENT_FILTER,
        /** One model refused, and another one answered in its place. */
        FALLBACK
    }

    /** Returns whether the client did not get the full answer of any model. */
    public boolean isRefused() {
        return kind == Kind.REFUSAL || kind == Kind.CONTENT_FILTER;
    }
}
