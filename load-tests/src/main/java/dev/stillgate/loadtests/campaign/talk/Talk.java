package dev.stillgate.loadtests.campaign.talk;

import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import dev.stillgate.loadtests.campaign.wire.Reply;
import dev.stillgate.loadtests.campaign.wire.Sampling;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A conversation in words: a question, an answer, further questions. A prompt that stands alone is one of a single turn. */
public final class Talk implements Dialogue {
    private static final double PAUSE_SIGMA = 1.1;

    private final Conversation conversation;
    private final Sampling sampling;
    private final Script script;
    private final int turns;
    private final double pauseSeconds;
    private final Dice dice;
    private @Nullable Reply last;

    /** What is said. */
    public interface Script {
        /** Returns what the caller says in a turn, from 0. */
        String say(int turn);

        /** Returns what the model answers to it. */
        String answer(int turn);

        /** Returns what the model thinks before, when that is shown. */
        default @Nullable String thought(int turn) {
            return null;
        }
    }

    /**
     * Prepares one.
     *
     * @param pauseSeconds the median time to read an answer and to write on
     */
    public Talk(
            Conversation conversation, Sampling sampling, Script script, int turns, double pauseSeconds, Dice dice) {
        this.conversation = conversation;
        this.sampling = sampling;
        this.script = script;
        this.turns = turns;
        this.pauseSeconds = pauseSeconds;
        this.dice = dice;
    }

    @Override
    public Conversation conversation() {
        return conversation;
    }

    @Override
    public Sampling sampling() {
        return sampling;
    }

    @Override
    public Reply ask() {
        if (last != null) {
            conversation.remember(last);
        }
        int turn = conversation.turns();
        conversation.say(script.say(turn));
        Reply reply =
                conversation.answer(script.answer(turn), sampling.thinking() ? script.thought(turn) : null, List.of());
        last = reply;
        return reply;
    }

    @Override
    public boolean goesOn() {
        return conversation.turns() < turns;
    }

    @Override
    public double pause() {
        return dice.logNormal(pauseSeconds, PAUSE_SIGMA);
    }
}
