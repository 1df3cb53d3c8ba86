package dev.stillgate.loadtests.api;

import dev.stillgate.loadtests.json.JsonBuffer;
import dev.stillgate.loadtests.random.Dice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A conversation with a model. Earlier turns, including responses and their ids, are kept as the JSON that is part of
 * every later request.
 */
public final class ModelConversation {
    final byte[] system;
    final OfferedTools tools;
    final JsonBuffer messages = new JsonBuffer(512);
    final boolean chained;

    @Nullable
    String previous;

    String person = "";

    private final Wire wire;
    private final Dice dice;
    private final JsonBuffer quoted = new JsonBuffer(512);
    private int turns;

    /**
     * Creates an empty conversation.
     *
     * @param system the system prompt as a JSON string, empty for none
     * @param chained whether requests refer to earlier turns by a response id, if the API supports it
     */
    public ModelConversation(Wire wire, Dice dice, byte[] system, OfferedTools tools, boolean chained) {
        this.wire = wire;
        this.dice = dice;
        this.system = system;
        this.tools = tools;
        this.chained = chained && wire.storesHistory();
    }

    /** Returns a system prompt as a JSON string. */
    public static byte[] quote(CharSequence system) {
        return new JsonBuffer(system.length() + 64).string(system).copy();
    }

    /** Names the person who asks in each further request, as an id without meaning. */
    public void by(String id) {
        person = id;
    }

    /** Returns the API format. */
    public Wire wire() {
        return wire;
    }

    /** Returns the number of client turns. */
    public int turns() {
        return turns;
    }

    /** Adds a client turn. */
    public void say(CharSequence text) {
        separate();
        quoted.clear();
        wire.user(messages, quoted.string(text));
        turns++;
    }

    /** Adds a client turn with the results of tool calls. */
    public void addResults(List<ToolCall> calls, List<String> outputs) {
        separate();
        wire.results(messages, calls, outputs);
        turns++;
    }

    /** Removes all earlier turns. */
    public void forget() {
        messages.clear();
        previous = null;
    }

    private void separate() {
        if (chained && previous != null) {
            messages.clear();
        }
        if (messages.length() > 0) {
            messages.raw(",");
        }
    }

    /** Returns a response with new ids, without adding it to the conversation. */
    public ModelReply answer(CharSequence text, @Nullable String thinking, List<ToolCall> calls) {
        JsonBuffer json = new JsonBuffer(text.isEmpty() ? 0 : text.length() + text.length() / 16 + 16);
        if (!text.isEmpty()) {
            json.string(text);
        }
        String signature = thinking == null ? "" : dice.token(88);
        return new ModelReply(wire.replyId(dice), wire.itemId(dice), json, thinking, signature, calls);
    }

    /** Adds a response to the conversation. */
    public void remember(ModelReply reply) {
        previous = reply.id();
        if (!chained) {
            messages.raw(",");
            wire.assistant(messages, reply);
        }
    }

    /** Returns the approximate number of input tokens. */
    public int tokens() {
        return Math.max(1, (messages.length() + system.length + tools.written(wire).length) / 4);
    }
}
