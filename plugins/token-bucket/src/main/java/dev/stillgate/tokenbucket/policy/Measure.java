package dev.stillgate.tokenbucket.policy;

import java.util.Locale;

/** What a limit counts. */
public enum Measure {
    /** Requests; a batch counts one for every prompt in it. */
    REQUESTS,
    /** Tokens of prompts, as the provider counts them against its own limits. */
    INPUT_TOKENS,
    /** Tokens of answers, reasoning included. */
    OUTPUT_TOKENS,
    /** Both together. */
    TOTAL_TOKENS,
    /** Exchanges under way, from the whole request to the end of the answer; counted by every gateway for itself. */
    CONCURRENCY;

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** Returns the name as it stands in policies and header fields. */
    public String label() {
        return label;
    }

    /** Returns the name for people. */
    public String words() {
        return this == CONCURRENCY ? "requests at once" : label.replace('-', ' ');
    }

    public boolean isTokens() {
        return this == INPUT_TOKENS || this == OUTPUT_TOKENS || this == TOTAL_TOKENS;
    }
}
