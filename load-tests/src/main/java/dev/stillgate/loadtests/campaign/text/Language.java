package dev.stillgate.loadtests.campaign.text;

import dev.stillgate.loadtests.random.Dice;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Generator of prompts and responses in one language. Thread-safe. */
public final class Language {
    private static final Map<String, Language> READ = new ConcurrentHashMap<>();
    private static final int MIN_ANSWER = 62; // words

    private final Grammar grammar;
    private final boolean spaced;

    private Language(String code) {
        this.grammar = code.equals("en")
                ? Grammar.read(code, "en", "en-work", "en-code", "en-maths", "harvest")
                : Grammar.read(code, code);
        this.spaced = !code.equals("zh") && !code.equals("ja");
    }

    /** Returns a language by its ISO 639 code. */
    public static Language of(String code) {
        return READ.computeIfAbsent(code, Language::new);
    }

    public static Language english() {
        return of("en");
    }

    public Grammar grammar() {
        return grammar;
    }

    public List<Topic> topics() {
        return grammar.topics();
    }

    /** Returns a scope for a topic, with a random subject. */
    public TextScope scope(Dice dice, Topic topic, WritingStyle style) {
        return grammar.scope(dice, topic, style);
    }

    /** Writes a question, optionally with background information. */
    public String ask(TextScope scope, boolean longer) {
        return spoken(longer ? "ask.long" : "ask", scope);
    }

    /** Writes a follow-up question. */
    public String follow(TextScope scope) {
        return spoken("follow", scope);
    }

    private String spoken(String rule, TextScope scope) {
        StringBuilder out = new StringBuilder(256);
        grammar.write(rule, scope, out);
        scope.style().apply(scope.dice(), out, this == english());
        return out.toString();
    }

    /** Writes a response in prose of 60 to 250 words. */
    public String answer(TextScope scope) {
        Dice dice = scope.dice();
        StringBuilder out = new StringBuilder(1024);
        grammar.write("answer.open", scope, out);
        int aim = MIN_ANSWER + (int) (40 * dice.exponential());
        int words = 0;
        int sentences = 0;
        boolean listed = false;
        int afterList = 0;
        while (words < Math.min(aim, 250)) {
            int from = out.length();
            if (!listed && sentences > 2 && dice.chance(0.15)) {
                list(scope, out);
                listed = true;
                afterList = sentences + 1;
            } else {
                out.append((listed && sentences == afterList) || sentences % 4 == 3 ? "\n\n" : spaced ? " " : "");
                grammar.write("answer.body", scope, out);
            }
            sentences++;
            words += words(out, from);
        }
        if (dice.chance(0.6)) {
            out.append("\n\n");
            grammar.write("answer.close", scope, out);
        }
        return out.toString();
    }

    private void list(TextScope scope, StringBuilder out) {
        int items = scope.dice().between(3, 6);
        for (int i = 1; i <= items; i++) {
            out.append(i == 1 ? "\n\n- " : "\n- ");
            grammar.write("answer.item", scope, out);
        }
    }

    private int words(StringBuilder text, int from) {
        if (!spaced) {
            return (text.length() - from) / 2;
        }
        int words = 0;
        for (int i = from; i < text.length(); i++) {
            if (text.charAt(i) == ' ' || text.charAt(i) == '\n') {
                words++;
            }
        }
        return words;
    }
}
