package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelReply;

/** The API that clients send their exchanges to. */
@FunctionalInterface
public interface Api {
    /** Sends an exchange at its time and returns the response that the client sees. */
    ApiResponse send(SimulatedExchange exchange);

    /**
     * Reports an exchange that a client would have sent, but for which it has no usable account. The client may send it
     * later.
     *
     * @param time milliseconds since the epoch
     * @param account the account that should have sent it
     * @param reply the response that the client wants
     */
    default void postpone(long time, String label, String account, ModelReply reply) {}
}
