package dev.stillgate.canary;

import java.util.Locale;

/** Why an answer to somebody whose answers are marked is left as it is. */
enum Exemption {
    /** The answer must be JSON. */
    STRUCTURED_OUTPUT,
    /** The answer comes with the probabilities of its tokens, which belong to other words. */
    LOGPROBS,
    /** The conversation carries sealed thinking, which the provider checks against what stood before it. */
    THINKING_HISTORY,
    /** Thinking was asked for and tools are offered, so that text may stand before thinking that is sealed. */
    THINKING_AND_TOOLS,
    /** The prompt says how the answer must be worded. */
    WORDING,
    /** The answer is no success. */
    STATUS,
    /** The key's commitment is not on disk yet. */
    KEY_PENDING,
    /** The ledger cannot write. */
    LEDGER;

    private final String label = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** Returns the name in metrics. */
    String label() {
        return label;
    }
}
