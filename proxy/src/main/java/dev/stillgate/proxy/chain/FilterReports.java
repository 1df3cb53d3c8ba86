package dev.stillgate.proxy.chain;

import java.util.Map;

/**
 * Reports of filters on their way to the operator. Reports before {@link #listen}, or without a listener, are dropped.
 * Thread-safe.
 */
public final class FilterReports {
    private volatile Listener listener = (type, id, data) -> {};

    /** Receiver of reports. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Receives a report without blocking.
         *
         * @param type the type in dotted lower case
         * @param id the same for repetitions of one report
         * @param data texts by name
         */
        void onReport(String type, String id, Map<String, String> data);
    }

    /** Sets the receiver. */
    public void listen(Listener receiver) {
        listener = receiver;
    }

    void report(String type, String id, Map<String, String> data) {
        listener.onReport(type, id, data);
    }
}
