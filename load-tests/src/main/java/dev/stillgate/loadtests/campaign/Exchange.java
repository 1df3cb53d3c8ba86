package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.people.Account;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.Reply;
import dev.stillgate.loadtests.campaign.wire.Sampling;

/**
 * A request and its answer. The conversation is as it stands at the time, so an exchange has to be written at once.
 *
 * @param status 200, or that of an error, for which the reply was not given
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
