package dev.stillgate.loadtests.campaign.text;

import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.api.ModelReply;
import dev.stillgate.loadtests.api.RequestParameters;

/** A conversation in progress: generates the client's turns and the model's responses. Not thread-safe. */
public abstract class Dialogue {
    private final ModelConversation conversation;
    private final RequestParameters sampling;

    Dialogue(ModelConversation conversation, RequestParameters sampling) {
        this.conversation = conversation;
        this.sampling = sampling;
    }

    /** Returns the current prompt. */
    public final ModelConversation conversation() {
        return conversation;
    }

    /** Returns the request parameters other than the prompt. */
    public final RequestParameters sampling() {
        return sampling;
    }

    /** Adds the next client turn to the conversation and returns the response, which the next call adds. */
    public abstract ModelReply ask();

    /** Returns whether a further turn follows. */
    public abstract boolean goesOn();

    /** Returns the seconds from the last response to the next turn. */
    public abstract double pause();
}
