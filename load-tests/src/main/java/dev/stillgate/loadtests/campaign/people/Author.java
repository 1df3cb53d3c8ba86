package dev.stillgate.loadtests.campaign.people;

import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.Scope;
import dev.stillgate.loadtests.campaign.text.Topic;
import dev.stillgate.loadtests.campaign.text.Voice;
import java.util.ArrayList;
import java.util.List;

/** The one who writes an account's prompts: in a language, with a voice, about a mixture of topics of its own. */
public final class Author {
    private final Dice dice;
    private final Language language;
    private final Voice voice;
    private final List<Topic> topics = new ArrayList<>();
    private final double[] weights;
    private final double codes;
    private final double reckons;

    /** Draws an author with a few favourite topics, who now and then asks about anything. */
    public Author(Dice dice, Language language, Voice voice) {
        this.dice = dice;
        this.language = language;
        this.voice = voice;
        int count = dice.between(1, 5);
        this.weights = new double[count + 1];
        for (int i = 0; i < count; i++) {
            topics.add(dice.pick(language.topics()));
            weights[i] = dice.exponential();
        }
        weights[count] = 0.15 * dice.exponential();
        this.codes = dice.chance(0.35) ? dice.unit() : 0.03;
        this.reckons = dice.chance(0.1) ? 0.5 * dice.unit() : 0.02;
    }

    /** Returns what the next text is about. */
    public Scope scope() {
        int which = dice.weighted(weights);
        Topic topic = which == topics.size() ? dice.pick(language.topics()) : topics.get(which);
        return language.scope(dice, topic, voice);
    }

    /** Returns whether the next conversation is about code. */
    public boolean codes() {
        return dice.chance(codes);
    }

    /** Returns whether the next conversation is about a problem with numbers. */
    public boolean reckons() {
        return dice.chance(reckons);
    }

    /** Returns the language. */
    public Language language() {
        return language;
    }

    /** Returns the draws of this author. */
    public Dice dice() {
        return dice;
    }
}
