package dev.stillgate.loadtests.campaign.wire;

import dev.stillgate.loadtests.campaign.draw.Dice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A prompt as it grows from turn to turn. What was said is kept as the JSON that goes back to the model with every
 * request, answers and their ids included.
 */
public final class Conversation {
    final byte[] system;
    final ToolSet tools;
    final JsonBuffer messages = new JsonBuffer(512);
    final boolean chained;

    @Nullable
    String previous;

    private final Wire wire;
    private final Dice dice;
    private final JsonBuffer quoted = new JsonBuffer(512);
    private int turns;

    /**
     * Begins one.
     *
     * @param system the system prompt as a JSON string, empty when there is none
     * @param chained whether earlier turns are left to the provider's memory, which only one API has
     */
    public Conversation(Wire wire, Dice dice, byte[] system, ToolSet tools, boolean chained) {
        this.wire = wire;
        this.dice = dice;
        this.system = system;
        this.tools = tools;
        this.chained = chained && wire == Wire.RESPONSES;
    }

    /** Returns a system prompt as a JSON string. */
    public static byte[] quote(CharSequence system) {
        return new JsonBuffer(system.length() + 64).string(system).copy();
    }

    /** Returns the API it is written in. */
    public Wire wire() {
        return wire;
    }

    /** Returns how often the caller has spoken. */
    public int turns() {
        return turns;
    }

    /** Returns how many bytes of history it carries. */
    public int length() {
        return messages.length();
    }

    /** The caller says something. */
    public void say(CharSequence text) {
        separate();
        quoted.clear();
        wire.user(messages, quoted.string(text));
        turns++;
    }

    /** The caller returns what the tools of an answer gave. */
    public void giveBack(List<ToolCall> calls, List<String> outputs) {
        separate();
        wire.results(messages, calls, outputs);
        turns++;
    }

    /** Begins anew, as if nothing had been said. */
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

    /** Returns an answer with ids of its own that is not yet part of the history. */
    public Reply answer(CharSequence text, @Nullable String thinking, List<ToolCall> calls) {
        JsonBuffer json = new JsonBuffer(text.isEmpty() ? 0 : text.length() + text.length() / 16 + 16);
        if (!text.isEmpty()) {
            json.string(text);
        }
        String signature = thinking == null ? "" : dice.token(88);
        return new Reply(wire.replyId(dice), wire.itemId(dice), json, thinking, signature, calls);
    }

    /** Takes an answer into the history. */
    public void remember(Reply reply) {
        previous = reply.id();
        if (!chained) {
            messages.raw(",");
            wire.assistant(messages, reply);
        }
    }

    /** Returns about how many tokens it is. */
    public int tokens() {
        return Math.max(1, (messages.length() + system.length + tools.written(wire).length) / 4);
    }
}
