package dev.stillgate.loadtests.stub;

import java.util.Random;

/** Generator of deterministic English text from a seed, with phrases that are common in assistants' responses. */
final class EnglishProse {
    private static final String[] FRAMES = {
        "It is often %a to compare the %n with the %n before you change anything.",
        "If you do not have a %n, you can use a %n instead.",
        "For example, a %a %n does not need to be %v again.",
        "In order to keep the %n %a, you need to look at the %n first.",
        "There is a %a way to do this, and it is not hard to learn.",
        "However, you should not expect the %n to help the %n on its own.",
        "I would start with the %n, because it is the part that people cannot see.",
        "You are likely to find that the %n is %a, and that is a good sign.",
        "The %n will not be %v until the %n is ready.",
        "They have found that a %n is not always worth the trouble.",
        "Additionally, the %n lets you see which %n was %v and when.",
        "We have seen a lot of cases in which the %n was %v twice.",
        "Make sure that the %n is %a enough for the %n that you have.",
        "That is why it is typically better to ask for a %n, such as a %a one.",
        "The %n and the %n are both %v by hand, so they are not the same.",
        "Therefore, the %n should be %v towards the end of the %n.",
        "What is %a for one %n might be too %a for another %n.",
        "It does not matter whether the %n is %a, since it is going to be %v anyway."
    };
    private static final String[] NOUNS = {
        "garden",
        "ledger",
        "engine",
        "report",
        "letter",
        "market",
        "bridge",
        "kitchen",
        "teacher",
        "record",
        "window",
        "harbour",
        "method",
        "journey",
        "printer",
        "contract",
        "meadow",
        "library",
        "budget",
        "lantern",
        "orchard",
        "machine",
        "picture",
        "answer",
        "village",
        "calendar",
        "workshop",
        "sample",
        "signal",
        "notebook"
    };
    private static final String[] ADJECTIVES = {
        "useful", "simple", "quiet", "careful", "recent", "narrow", "cheap", "gentle", "honest", "bright", "steady",
        "modest", "early", "plain", "warm", "exact"
    };
    private static final String[] PARTICIPLES = {
        "checked",
        "painted",
        "copied",
        "moved",
        "counted",
        "repaired",
        "written",
        "sold",
        "measured",
        "opened",
        "sorted",
        "cleaned"
    };
    private static final int SENTENCES_PER_PARAGRAPH = 6;

    private EnglishProse() {}

    /** Returns whole sentences in paragraphs, with at least a number of words. */
    static String of(long seed, int words) {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        int sentences = 0;
        for (int written = 0; written < words; ) {
            String sentence = sentence(random);
            written += 1 + (int) sentence.chars().filter(c -> c == ' ').count();
            text.append(sentences == 0 ? "" : sentences % SENTENCES_PER_PARAGRAPH == 0 ? "\n\n" : " ");
            text.append(sentence);
            sentences++;
        }
        return text.toString();
    }

    private static String sentence(Random random) {
        String frame = pick(FRAMES, random);
        StringBuilder sentence = new StringBuilder();
        for (int i = 0; i < frame.length(); i++) {
            char c = frame.charAt(i);
            if (c != '%') {
                sentence.append(c);
                continue;
            }
            sentence.append(
                    switch (frame.charAt(++i)) {
                        case 'n' -> pick(NOUNS, random);
                        case 'a' -> pick(ADJECTIVES, random);
                        default -> pick(PARTICIPLES, random);
                    });
        }
        return sentence.toString();
    }

    private static String pick(String[] from, Random random) {
        return from[random.nextInt(from.length)];
    }
}
