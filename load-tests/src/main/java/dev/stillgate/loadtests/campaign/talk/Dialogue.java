package dev.stillgate.loadtests.campaign.talk;

import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.Reply;
import dev.stillgate.loadtests.campaign.wire.Sampling;

/**
 * A conversation as it goes on. The caller's next turn is put into the conversation by {@link #ask}; the answer is not part
 * of it until the next one.
 */
public interface Dialogue {
    /** Returns the prompt as it stands. */
    Conversation conversation();

    /** Returns what is asked for beside the prompt. */
    Sampling sampling();

    /** Says the next thing, and returns the model's answer to it. */
    Reply ask();

    /** Returns whether there is more to be said after the last answer. */
    boolean goesOn();

    /** Returns for how many seconds the caller thinks, or works, before he goes on. */
    double pause();
}
