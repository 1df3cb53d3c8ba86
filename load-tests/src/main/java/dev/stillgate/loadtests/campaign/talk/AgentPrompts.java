package dev.stillgate.loadtests.campaign.talk;

import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Scope;
import dev.stillgate.loadtests.campaign.text.Voice;

/** System prompts of agents. */
public final class AgentPrompts {
    /** That of the framework which everybody uses, campaigns too. */
    public static final String FAMOUS = coding(new Dice(4));

    private AgentPrompts() {}

    /** Returns one for coding, as somebody words it. */
    public static String coding(Dice dice) {
        return way(0, dice);
    }

    /** Returns one for working at a screen. */
    public static String screen(Dice dice) {
        return way(1, dice);
    }

    /** Returns one for tools of a house. */
    public static String house(Dice dice) {
        return way(2, dice);
    }

    private static String way(int way, Dice dice) {
        Language english = Language.english();
        Scope scope = english.scope(dice, dice.pick(english.topics()), new Voice(dice));
        StringBuilder out = new StringBuilder(2048);
        english.grammar().write("system.agent", way, scope, out);
        return out.toString();
    }
}
