package dev.stillgate.proxy.chain;

/** Whether a filter's verdicts are enforced. */
public enum FilterMode {
    /** Verdicts are enforced. */
    ENFORCE,
    /** The filter runs and its verdicts are counted and logged, but requests and responses pass unchanged. */
    SHADOW,
    /** The filter is not created; its state is kept. */
    OFF;
}
