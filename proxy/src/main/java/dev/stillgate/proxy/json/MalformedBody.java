package dev.stillgate.proxy.json;

import dev.stillgate.spi.Verdict;

/**
 * A request body that cannot be read the way the model would read it, with the reason as a code. Its message can be
 * shown to the caller: it never repeats a byte of the input. Has no stack trace, since hostile callers make many.
 */
public final class MalformedBody extends Exception {
    private static final long serialVersionUID = 1L;
    private final Verdict.Kind kind;
    private final String code;
    private final int offset;

    /**
     * A malformed body.
     *
     * @param code a short code for logs and metrics, such as {@code json-syntax}
     * @param message what is wrong, without any of the input
     * @param offset where it is wrong, in bytes from the start of the body; -1 when it has no place
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

    /** Returns which refusal it makes: malformed (400), too large (413) or a coding that is not read here (415). */
    public Verdict.Kind kind() {
        return kind;
    }

    public String code() {
        return code;
    }

    /** Returns where it is wrong, in bytes from the start of the body, or -1. */
    public int offset() {
        return offset;
    }
}
