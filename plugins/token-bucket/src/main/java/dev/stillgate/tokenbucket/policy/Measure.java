package dev.stillgate.tokenbucket.policy;

import java.util.Locale;

/** The quantity that a limit counts. */
public enum Measure {
    /** Requests; a batch counts one for every prompt in it. */
    REQUESTS,
    /** Tokens of prompts, as the provider counts them against its own limits. */
    INPUT_TOKENS,
    /** Tokens of responses, including reasoning. */
    OUTPUT_TOKENS,
    /** Input and output tokens together. */
    TOTAL_TOKENS,
    /** Exchanges in flight, from the complete request to the end of the response; not shared in a fleet. */
    CONCURRENCY;

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** Returns the name in policies and header fields. */
    public String label() {
        return label;
    }

    /** Returns the name in messages to clients. */
    public String displayName() {
        return this == CONCURRENCY ? "requests at once" : label.replace('-', ' ');
    }

    public boolean isTokens() {
        return this == INPUT_TOKENS || this == OUTPUT_TOKENS || this == TOTAL_TOKENS;
    }
}
