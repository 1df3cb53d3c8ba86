package dev.stillgate.proxy.chain;

import java.util.Locale;

/** Whether a filter's verdicts count. */
public enum FilterMode {
    /** Its verdicts are carried out. */
    ENFORCE,
    /** It runs, what it would have done is counted and recorded, and the request is let through. */
    SHADOW,
    /** It is not made and does not run; its state is kept. */
    OFF;

    /** Returns the mode as the policy file and the metrics spell it. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
