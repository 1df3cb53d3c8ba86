package dev.stillgate.spi;

/** The last phase: what became of the exchange. */
public non-sealed interface CompletionFilter extends Filter {
    /**
     * Settles the exchange. Called exactly once for every filter whose earlier phase ran, also when a later filter
     * refused the request or the peer went away.
     */
    void onComplete(Exchange exchange, Outcome outcome);

    /**
     * Returns whether every answer must come with the provider's own usage. If an enforcing filter says so, the engine
     * asks for it where the caller did not ({@code stream_options.include_usage}) and keeps the event that only tells of
     * it from the caller. Asked once, when the chain is compiled.
     */
    default boolean requiresUsage() {
        return false;
    }

    /**
     * Returns whether {@link Exchange#answer} must tell what answers are made of. If no filter says so, not one in shadow
     * either, answers are not looked at for it, and it is {@link AnswerFacts#NONE}. Asked once, when the chain is compiled.
     */
    default boolean readsAnswer() {
        return false;
    }
}
