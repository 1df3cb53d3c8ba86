package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.client.Account;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.Reply;
import dev.stillgate.loadtests.campaign.wire.Sampling;

/**
 * A request and its response. The conversation changes with the next turn, so an exchange must be written before that.
 *
 * @param time milliseconds since the epoch of the request
 * @param end milliseconds since the epoch of the end of the response
 * @param status 200, or the status of an error that replaces the reply
 */
public record Exchange(
        long time,
        long end,
        Account account,
        String connection,
        String address,
        Conversation conversation,
        Sampling sampling,
        Reply reply,
        int status,
        String label) {}
