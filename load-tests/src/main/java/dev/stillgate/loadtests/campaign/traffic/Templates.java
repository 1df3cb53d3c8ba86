package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.text.Language;
import dev.stillgate.loadtests.campaign.text.TextScope;
import dev.stillgate.loadtests.campaign.text.WritingStyle;
import dev.stillgate.loadtests.random.Dice;
import java.util.HashMap;
import java.util.Map;

/** Prompt templates of a campaign, in variants per account and versions over time. Not thread-safe. */
final class Templates {
    private static final String ITEM = "<<item>>";

    private final Dice dice;
    private final Map<Key, String> written = new HashMap<>();

    private record Key(Work work, Language language, int variant, int version) {}

    Templates(Dice dice) {
        this.dice = dice;
    }

    String fill(Work work, Language language, int variant, int version, String item) {
        if (work.isBare()) {
            return item;
        }
        return written.computeIfAbsent(new Key(work, language, variant, version), this::write)
                .replace(ITEM, item);
    }

    private String write(Key key) {
        Dice own = dice.child(key.work.name()).child(key.variant * 1000L + key.version);
        Language language = key.language.grammar().has(key.work.template()) ? key.language : Language.english();
        TextScope scope = language.scope(own, own.pick(language.topics()), new WritingStyle(own));
        return language.grammar().text(key.work.template(), scope);
    }
}
