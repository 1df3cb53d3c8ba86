package dev.stillgate.spi;

/** Filter phase at the end of an exchange, with its outcome. */
public non-sealed interface CompletionFilter extends Filter {
    /**
     * Settles the exchange. Called exactly once for every filter of which an earlier phase ran, also if a later filter
     * refused the request or the client disconnected.
     */
    void onComplete(Exchange exchange, Outcome outcome);

    /**
     * Charges a part of a session ({@link Operation#REALTIME}) that goes on. Called on the event loop of the exchange for
     * each report of usage as it comes, and with an estimate for a response that ends without one. Responses that have
     * not ended with the session are the last part. The outcome has the sum.
     *
     * @param usage the usage of this part
     * @return a {@link Verdict.Reject} closes the session
     */
    default Verdict onUsage(Exchange exchange, Usage usage) {
        return Verdict.ALLOW;
    }

    /**
     * Returns whether the filter needs the provider's own usage of every response. If an enforcing filter does, the
     * engine adds {@code stream_options.include_usage} where the client did not, and removes the usage-only event from
     * the stream. Called once, when the chain is compiled.
     */
    default boolean requiresUsage() {
        return false;
    }

    /**
     * Returns whether the filter uses {@link Exchange#responseFacts}. If no filter does, shadow filters included, answers are
     * not analysed and it returns {@link ResponseFacts#NONE}. Called once, when the chain is compiled.
     */
    default boolean readsResponse() {
        return false;
    }
}
