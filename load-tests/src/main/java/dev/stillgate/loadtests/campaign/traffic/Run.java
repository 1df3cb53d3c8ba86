package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelReply;
import dev.stillgate.loadtests.campaign.text.Dialogue;
import org.jspecify.annotations.Nullable;

/**
 * An open dialogue of a campaign.
 *
 * @param slot its last slot
 * @param pinned since when it has used that slot without a break, in milliseconds since the epoch
 * @param ready time of its next turn, in milliseconds since the epoch
 * @param since when the turn was first due, in milliseconds since the epoch
 * @param unanswered the response to a turn that was refused, null for a new turn
 */
record Run(
        Dialogue dialogue,
        AccountSlot slot,
        long pinned,
        long ready,
        long since,
        @Nullable ModelReply unanswered) {

    static Run at(Dialogue dialogue, AccountSlot slot, long ready) {
        return new Run(dialogue, slot, ready, ready, ready, null);
    }

    /** Returns the next turn after one that a slot has sent. */
    Run next(AccountSlot by, long time, long readyAt) {
        return new Run(dialogue, by, by == slot ? pinned : time, readyAt, readyAt, null);
    }

    /** Returns the same turn after its refusal at a slot. */
    Run refused(ModelReply reply, AccountSlot by, long time) {
        return new Run(dialogue, by, time, time, unanswered == null ? time : since, reply);
    }
}
