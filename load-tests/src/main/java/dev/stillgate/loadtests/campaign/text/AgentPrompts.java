package dev.stillgate.loadtests.campaign.text;

import dev.stillgate.loadtests.random.Dice;

/** System prompts of agents. */
public final class AgentPrompts {
    /** System prompt of a popular framework, used by honest customers and campaigns. */
    public static final String FAMOUS = coding(new Dice(4));

    private AgentPrompts() {}

    /** Returns a variant of a prompt for coding. */
    public static String coding(Dice dice) {
        return way(0, dice);
    }

    /** Returns a variant of a prompt for using a desktop. */
    public static String screen(Dice dice) {
        return way(1, dice);
    }

    /** Returns a variant of a prompt for a company's own tools. */
    public static String house(Dice dice) {
        return way(2, dice);
    }

    private static String way(int way, Dice dice) {
        Language english = Language.english();
        TextScope scope = english.scope(dice, dice.pick(english.topics()), new WritingStyle(dice));
        StringBuilder out = new StringBuilder(2048);
        english.grammar().write("system.agent", way, scope, out);
        return out.toString();
    }
}
