package dev.stillgate.proxy.http;

import dev.stillgate.spi.Verdict;

/** A message that is not strictly HTTP/1.1, or larger than is accepted. Carries no stack: it is the peer's fault. */
public final class BadMessage extends Exception {
    private static final long serialVersionUID = 1L;
    private final Verdict.Kind kind;
    private final String code;

    /**
     * A refusal.
     *
     * @param code the reason code for logs and metrics
     * @param message a sentence that repeats nothing of the message
     */
    public BadMessage(Verdict.Kind kind, String code, String message) {
        super(message, null, false, false);
        this.kind = kind;
        this.code = code;
    }

    static BadMessage malformed(String code, String message) {
        return new BadMessage(Verdict.Kind.MALFORMED, code, message);
    }

    public Verdict.Kind kind() {
        return kind;
    }

    public String code() {
        return code;
    }

    /** Returns the sentence for the caller. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
