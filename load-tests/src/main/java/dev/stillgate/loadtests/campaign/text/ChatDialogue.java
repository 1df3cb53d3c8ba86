package dev.stillgate.loadtests.campaign.text;

import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.api.ModelReply;
import dev.stillgate.loadtests.api.RequestParameters;
import dev.stillgate.loadtests.random.Dice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A chat: a question, a response, further questions. A single prompt is a chat of one turn. */
public final class ChatDialogue extends Dialogue {
    private static final double PAUSE_SIGMA = 1.1;

    private final Script script;
    private final int turns;
    private final double pauseSeconds;
    private final Dice dice;
    private @Nullable ModelReply last;

    /** The texts of both sides. */
    public interface Script {
        /** Returns the client's text of a turn, counted from 0. */
        String say(int turn);

        /** Returns the response to it. */
        String answer(int turn);

        /** Returns the thinking block of the response, null for none. */
        default @Nullable String thought(int turn) {
            return null;
        }
    }

    /**
     * Creates a chat.
     *
     * @param pauseSeconds the median time from a response to the next turn
     */
    public ChatDialogue(
            ModelConversation conversation,
            RequestParameters sampling,
            Script script,
            int turns,
            double pauseSeconds,
            Dice dice) {
        super(conversation, sampling);
        this.script = script;
        this.turns = turns;
        this.pauseSeconds = pauseSeconds;
        this.dice = dice;
    }

    @Override
    public ModelReply ask() {
        if (last != null) {
            conversation().remember(last);
        }
        int turn = conversation().turns();
        conversation().say(script.say(turn));
        ModelReply reply = conversation()
                .answer(script.answer(turn), sampling().thinking() ? script.thought(turn) : null, List.of());
        last = reply;
        return reply;
    }

    @Override
    public boolean goesOn() {
        return conversation().turns() < turns;
    }

    @Override
    public double pause() {
        return dice.logNormal(pauseSeconds, PAUSE_SIGMA);
    }
}
