package dev.stillgate.proxy.chain;

import java.util.Locale;

/** What is counted of a filter, as {@code stillgate.filter.decisions}. */
public enum Decision {
    /** An exchange that it let pass without any of the others, or a connection that it accepted. */
    ALLOW,
    /** A flag; the request went on. */
    FLAG,
    /** A refusal, or in shadow what would have been one. */
    REJECT,
    /** A failure of the filter itself. */
    ERROR,
    /** An answer that it slowed, or in shadow would have slowed. */
    PACE,
    /** An answer whose prose went through it, or in shadow was shown to it. */
    TAP;

    /** Returns the decision as the metrics spell it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
