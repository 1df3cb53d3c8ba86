package dev.stillgate.canary;

import java.util.Locale;

/** Reasons for leaving a response to a marked account unchanged. */
enum Exemption implements Treatment {
    /** The request asks for JSON output. */
    STRUCTURED_OUTPUT,
    /** The response includes token probabilities, which would not fit other words. */
    LOGPROBS,
    /** The conversation contains signed thinking blocks, which the provider checks against the text before them. */
    THINKING_HISTORY,
    /** The request enables thinking and offers tools, so text may precede a thinking block that is signed. */
    THINKING_AND_TOOLS,
    /** A stream of the Gemini API whose tools add citations, which repeat the original text after it was marked. */
    GROUNDING,
    /** The prompt fixes the wording of the response. */
    WORDING,
    /** The response is not successful. */
    STATUS,
    /** The key is not committed to the ledger yet. */
    KEY_PENDING,
    /** The ledger is not writable. */
    LEDGER;

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** Returns the value of the metric's tag {@code reason}. */
    String label() {
        return label;
    }
}
