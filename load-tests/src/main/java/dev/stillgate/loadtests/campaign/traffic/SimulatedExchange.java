package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.api.ModelReply;
import dev.stillgate.loadtests.api.RequestParameters;

/**
 * A request and its response. The conversation changes with the next turn, so an exchange must be written before that.
 *
 * @param time milliseconds since the epoch of the request
 * @param end milliseconds since the epoch of the end of the response
 * @param status 200, or the status of an error that replaces the reply
 */
public record SimulatedExchange(
        long time,
        long end,
        SimulatedAccount account,
        String connection,
        String address,
        ModelConversation conversation,
        RequestParameters sampling,
        ModelReply reply,
        int status,
        String label) {}
