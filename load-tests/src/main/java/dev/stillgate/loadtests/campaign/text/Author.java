package dev.stillgate.loadtests.campaign.text;

import dev.stillgate.loadtests.random.Dice;
import java.util.ArrayList;
import java.util.List;

/** Author of an account's prompts, with a language, a writing style and a mixture of topics. Not thread-safe. */
public final class Author {
    private final Dice dice;
    private final Language language;
    private final WritingStyle style;
    private final List<Topic> topics = new ArrayList<>();
    private final double[] weights;
    private final double codes;
    private final double calculates;

    /** Draws an author with a few favourite topics and a small share of any topic. */
    public Author(Dice dice, Language language, WritingStyle style) {
        this.dice = dice;
        this.language = language;
        this.style = style;
        int count = dice.between(1, 5);
        this.weights = new double[count + 1];
        for (int i = 0; i < count; i++) {
            topics.add(dice.pick(language.topics()));
            weights[i] = dice.exponential();
        }
        weights[count] = 0.15 * dice.exponential();
        this.codes = dice.chance(0.35) ? dice.unit() : 0.03;
        this.calculates = dice.chance(0.1) ? 0.5 * dice.unit() : 0.02;
    }

    /** Draws the topic and subject of the next text. */
    public TextScope scope() {
        int which = dice.weighted(weights);
        Topic topic = which == topics.size() ? dice.pick(language.topics()) : topics.get(which);
        return language.scope(dice, topic, style);
    }

    /** Draws whether the next conversation is about code. */
    public boolean codes() {
        return dice.chance(codes);
    }

    /** Draws whether the next conversation is about a maths problem. */
    public boolean calculates() {
        return dice.chance(calculates);
    }

    public Language language() {
        return language;
    }
}
