package dev.stillgate.proxy.json;

import dev.stillgate.spi.Verdict;

/**
 * Thrown for a request body that is invalid, ambiguous or too large. The message can be shown to the client, because it
 * never repeats input. Without a stack trace, because hostile clients can cause many.
 */
public final class MalformedBody extends Exception {
    private static final long serialVersionUID = 1L;
    private final Verdict.Kind kind;
    private final String code;
    private final int offset;

    /**
     * Creates an exception of kind {@link Verdict.Kind#MALFORMED}.
     *
     * @param code short code for logs and metrics, such as {@code json-syntax}
     * @param message description of the error, without any input
     * @param offset position of the error in bytes from the start of the body; -1 if it has no position
     */
    public MalformedBody(String code, String message, int offset) {
        this(Verdict.Kind.MALFORMED, code, message, offset);
    }

    public MalformedBody(Verdict.Kind kind, String code, String message, int offset) {
        super(offset < 0 ? message : message + " at byte " + offset, null, false, false);
        this.kind = kind;
        this.code = code;
        this.offset = offset;
    }

    /** Returns the kind of refusal: malformed (400), too large (413) or unsupported content coding (415). */
    public Verdict.Kind kind() {
        return kind;
    }

    public String code() {
        return code;
    }

    /** Returns the position of the error in bytes from the start of the body, or -1. */
    public int offset() {
        return offset;
    }
}
