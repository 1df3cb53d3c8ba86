package dev.stillgate.loadtests.campaign.conversation;

import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.Reply;
import dev.stillgate.loadtests.campaign.wire.Sampling;

/** A conversation in progress: generates the client's turns and the model's responses. Not thread-safe. */
public abstract class Dialogue {
    private final Conversation conversation;
    private final Sampling sampling;

    Dialogue(Conversation conversation, Sampling sampling) {
        this.conversation = conversation;
        this.sampling = sampling;
    }

    /** Returns the current prompt. */
    public final Conversation conversation() {
        return conversation;
    }

    /** Returns the request parameters other than the prompt. */
    public final Sampling sampling() {
        return sampling;
    }

    /** Adds the next client turn to the conversation and returns the response, which the next call adds. */
    public abstract Reply ask();

    /** Returns whether a further turn follows. */
    public abstract boolean goesOn();

    /** Returns the seconds from the last response to the next turn. */
    public abstract double pause();
}
