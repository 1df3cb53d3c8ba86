package dev.stillgate.proxy.chain;

/**
 * One entry of the policy's filter list, with its configuration bound to a record.
 *
 * @param name the filter's name, used for its state, metrics and log lines
 * @param type the filter type, which selects the factory
 * @param mode whether the filter's verdicts are enforced
 * @param onError what happens to a request if the filter throws
 * @param policy the filter's own configuration, of the factory's policy type
 */
public record FilterSpec(String name, String type, FilterMode mode, OnError onError, Record policy) {

    /** Whether a filter's verdicts are enforced. */
    public enum FilterMode {
        /** Verdicts are enforced. */
        ENFORCE,
        /** The filter runs and its verdicts are counted and logged, but requests and responses pass unchanged. */
        SHADOW,
        /** The filter is not created; its state is kept. */
        OFF;
    }

    /** Treatment of a request if an enforcing filter throws. */
    public enum OnError {
        /** The request proceeds as if the filter had allowed it. */
        OPEN,
        /** The request is rejected. */
        CLOSED
    }
}
