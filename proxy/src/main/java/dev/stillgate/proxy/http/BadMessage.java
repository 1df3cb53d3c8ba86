package dev.stillgate.proxy.http;

import dev.stillgate.spi.Verdict;

/**
 * A message that violates HTTP syntax or exceeds a size limit. Has no stack trace: the sender is at fault, not this
 * code.
 */
public final class BadMessage extends Exception {
    private static final long serialVersionUID = 1L;
    private final Verdict.Kind kind;
    private final String code;

    /**
     * Creates the exception.
     *
     * @param code the reason code for logs and metrics
     * @param message a sentence for the client, which quotes nothing of the message
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

    /** Returns the sentence for the client. */
    public String sentence() {
        return String.valueOf(getMessage());
    }
}
