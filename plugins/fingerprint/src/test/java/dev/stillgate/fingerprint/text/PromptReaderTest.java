package dev.stillgate.fingerprint.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.BodyView;
import dev.stillgate.testkit.Conversation;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromptReaderTest {
    private static final String QUESTION =
            "Why do tides come twice a day when the moon passes over a place only once in that time?";

    private final WholeReader reader = new WholeReader(key(1));

    static byte[] key(int seed) {
        byte[] key = new byte[TextKey.SIZE];
        Arrays.fill(key, (byte) seed);
        key[7] = 42;
        return key;
    }

    private PromptFeatures read(BodyView.Chat chat) {
        PromptFeatures features = new PromptFeatures();
        reader.read(chat, features);
        return features;
    }

    @Test
    void onlyNewTextIsRead() {
        CharSequence undecodable = new Undecodable();
        PromptFeatures alone = read(Conversation.of(QUESTION));
        PromptFeatures last = read(new Conversation()
                .user(undecodable)
                .assistant(undecodable)
                .result(undecodable)
                .assistant(undecodable)
                .user(QUESTION));

        assertThat(last.text).isEqualTo(alone.text).isNotZero();
        assertThat(last.opening).isEqualTo(alone.opening).isNotZero();
        assertThat(last.sketch).isEqualTo(alone.sketch);
        assertThat(last.topic).isEqualTo(alone.topic);
        assertThat(last.newChars).isEqualTo(QUESTION.length());
        assertThat(last.analysedChars).isEqualTo(QUESTION.length());
        assertThat(last.userTurns).isEqualTo(2);
        assertThat(last.assistantTurns).isEqualTo(2);
        assertThat(last.toolResults).isTrue();
        assertThat(alone.toolResults).isFalse();
    }

    @Test
    void skimReadsEverythingButTheText() {
        Conversation chat = new Conversation()
                .user(QUESTION)
                .assistant("Twice.")
                .result("12")
                .user("Explain: `a = 1`");
        PromptFeatures whole = read(chat);
        PromptFeatures skimmed = new PromptFeatures();
        reader.read(Conversation.of("Another one, with `code` and 12 digits, rated from 1 to 10."), skimmed);
        reader.skim(chat, skimmed);

        assertThat(skimmed)
                .usingRecursiveComparison()
                .ignoringFields(
                        "text",
                        "opening",
                        "sketch",
                        "topic",
                        "elicitations",
                        "codeChars",
                        "digitChars",
                        "analysedChars")
                .isEqualTo(whole);
        assertThat(whole.newChars).isPositive();
        assertThat(whole.codeChars).isPositive();
        PromptFeatures nothing = new PromptFeatures();
        assertThat(skimmed)
                .usingRecursiveComparison()
                .ignoringFields("newChars", "userTurns", "assistantTurns", "toolResults")
                .isEqualTo(nothing);
    }

    @Test
    void toolResultsAreCountedButNotRead() {
        PromptFeatures features = read(Conversation.of("Find the file and tell me what it says about tides.")
                .assistant("")
                .result("x".repeat(5000)));

        assertThat(features.newChars).isEqualTo(5000);
        assertThat(features.analysedChars).isZero();
        assertThat(features.text).isZero();
        assertThat(features.opening).isZero();
        assertThat(features.sketch).containsOnly(0);
        assertThat(features.topic).containsOnly(0);
    }

    @Test
    void finalAssistantTurnIsIgnored() {
        PromptFeatures features = read(Conversation.of(QUESTION).assistant("{"));

        assertThat(features.text).isEqualTo(read(Conversation.of(QUESTION)).text);
        assertThat(features.assistantTurns).isOne();
    }

    @Test
    void newTextSpansSeveralMessages() {
        Conversation chat = Conversation.of("Old.")
                .assistant("Yes.")
                .user("Why do tides come")
                .result("12")
                .user("so often?");
        PromptFeatures features = read(chat);

        assertThat(features.newChars).isEqualTo("Why do tides come".length() + 2 + "so often?".length());
        assertThat(features.text).isEqualTo(read(Conversation.of("why do tides come so often?")).text);
        assertThat(read(chat.assistant("Because")).text).isEqualTo(features.text);
    }

    @Test
    void consecutiveMessagesAreOneTurn() {
        PromptFeatures features = read(new Conversation()
                .message("system", BodyView.PartKind.TEXT, "Be brief.")
                .user("one")
                .user("two")
                .message("assistant", BodyView.PartKind.THINKING, "hm")
                .message("assistant", BodyView.PartKind.TOOL_CALL, "{}")
                .message("tool", BodyView.PartKind.TOOL_RESULT, "3"));

        assertThat(features.userTurns).isOne();
        assertThat(features.assistantTurns).isOne();
        assertThat(features.toolResults).isTrue();
        assertThat(features.newChars).isOne();
    }

    @Test
    void everyFieldIsOverwritten() {
        PromptFeatures features = new PromptFeatures();
        reader.read(
                Conversation.of("Generate 20 diverse instructions and `code` for 12 вещей, " + QUESTION)
                        .system("Be brief.")
                        .tools("search"),
                features);
        assertThat(features.elicitations).isEqualTo(Elicitation.SYNTHETIC_DATA.bit());
        assertThat(features.codeChars).isEqualTo(4);
        assertThat(features.digitChars).isEqualTo(4);
        assertThat(features.otherScriptChars).isEqualTo(5);
        assertThat(features.system).isNotZero();
        assertThat(features.tools).isNotZero();

        reader.read(new Conversation(), features);
        assertThat(features).usingRecursiveComparison().isEqualTo(new PromptFeatures());
    }

    @Test
    void hashesDependOnTheKey() {
        Conversation chat = Conversation.of(QUESTION).system("Be brief.").tools("search");
        PromptFeatures other = new PromptFeatures();
        new WholeReader(key(2)).read(chat, other);
        PromptFeatures own = read(chat);

        assertThat(List.of(own.text, own.opening, own.system, own.tools))
                .doesNotContainAnyElementsOf(List.of(other.text, other.opening, other.system, other.tools));
        assertThat(own.sketch).doesNotContain(other.sketch);
    }

    @Test
    void textHashIgnoresWhiteSpaceAndCase() {
        long text = read(Conversation.of("Why, in 2026, do “Tides” come?")).text;

        assertThat(read(Conversation.of("  why, IN 2026,\n\n do “tides”  come? ")).text)
                .isEqualTo(text);
        assertThat(read(Conversation.of("Why, in 2027, do “Tides” come?")).text).isNotEqualTo(text);
        assertThat(read(Conversation.of("Why, in 2026, do “Tides” come!")).text).isNotEqualTo(text);
        assertThat(read(Conversation.of(" \n\t ")).text).isZero();
    }

    @Test
    void systemPromptHashIgnoresDatesIdsAndNumbers() {
        String prompt = "You are Ada. Today is %s. The user is %s (%s). Never speak of the weather.";
        long first = system(prompt.formatted("Monday, 2 March 2026", "u_8f3a2291", "ada@example.org"));

        assertThat(system(prompt.formatted("Friday, 17 July 2026", "u_99c41b07", "bo.b@mail.example.com")))
                .isEqualTo(first);
        assertThat(system("You are Bob. Never speak of the weather.")).isNotEqualTo(first);
        assertThat(system("")).isZero();
    }

    @Test
    void systemPromptIsReadOnce() {
        PromptReaders readers = new PromptReaders(key(1));
        PromptFeatures features = new PromptFeatures();
        BodyView.Chat chat = Conversation.of("Hi").system("You are Ada, a captain.");
        UnreadPrompt first = readers.prompts().read(chat, features);
        assertThat(features.system).isZero();
        assertThat(first.system()).containsExactly("You are Ada, a captain.".toCharArray());
        readers.texts().read(first, features);
        long hash = features.system;
        long shingle = features.systemShingle;
        assertThat(hash).isNotZero();
        assertThat(shingle).isNotZero();

        assertThat(readers.prompts().read(chat, features).system()).isEmpty();
        assertThat(features.system).isEqualTo(hash);
        assertThat(features.systemShingle).isEqualTo(shingle);
        readers.prompts().skim(chat, features);
        assertThat(features.system).isEqualTo(hash);
        readers.prompts().skim(Conversation.of("Hi").system("You are Bob."), features);
        assertThat(features.system).as("system prompt that was never read").isZero();
        assertThat(readers.prompts().read(Conversation.of("Hi"), features).system())
                .as("no system prompt, after an unknown one")
                .isEmpty();
    }

    @Test
    void newestSystemPromptsAreCached() {
        PromptReaders readers = new PromptReaders(key(1));
        PromptFeatures features = new PromptFeatures();
        for (int i = 0; i < 100_000; i++) {
            BodyView.Chat chat = Conversation.of("Hi").system("You are number " + i + '.');
            readers.texts().read(readers.prompts().read(chat, features), features);
            assertThat(readers.prompts().read(chat, features).system()).isEmpty();
        }
        assertThat(readers.prompts()
                        .read(Conversation.of("Hi").system("You are number 0."), features)
                        .system())
                .isNotEmpty();
    }

    /** A template that is filled in for each conversation yields a new prompt each time, most of which is constant. */
    @Test
    void systemPromptsOfOneTemplateShareAShingle() {
        String template =
                "Never forget you are %s and I am %s. Never flip roles, never instruct me. We share a common interest "
                        + "in collaborating to complete a task, which is to %s. I give you one instruction at a time, and you write "
                        + "a solution that is specific and explain it.";
        List<String> trades = List.of("a baker", "a judge", "a nurse", "an old sailor", "a roofer from Kent", "a spy");
        Map<Long, Integer> shingleCounts = new HashMap<>();
        Set<Long> whole = new HashSet<>();
        for (int i = 0; i < 36; i++) {
            String prompt =
                    template.formatted(trades.get(i / 6), trades.get(i % 6), "teach " + trades.get((i + i / 6) % 6));
            shingleCounts.merge(read(Conversation.of("Hi").system(prompt)).systemShingle, 1, Integer::sum);
            whole.add(system(prompt));
        }
        assertThat(whole).hasSize(36);
        assertThat(Collections.max(shingleCounts.values())).isGreaterThan(12);
        assertThat(read(Conversation.of("Hi").system(QUESTION)).systemShingle)
                .isNotZero()
                .isNotIn(shingleCounts.keySet());
        assertThat(read(Conversation.of("Hi").system("Be brief.")).systemShingle)
                .isZero();
        assertThat(read(Conversation.of("Hi")).systemShingle).isZero();
    }

    private long system(String text) {
        return read(Conversation.of("Hi").system(text)).system;
    }

    @Test
    void toolOrderAndRepetitionAreIgnored() {
        long tools = tools("read", "write", "search");

        assertThat(tools("search", "read", "write", "read")).isEqualTo(tools);
        assertThat(tools("read", "write")).isNotEqualTo(tools).isNotZero();
        assertThat(tools()).isZero();
    }

    private long tools(String... names) {
        return read(Conversation.of("Hi").tools(names)).tools;
    }

    @Test
    void bothEndsOfALongTextAreRead() {
        String middle = "The sea was calm that day. ".repeat(40_000);
        PromptFeatures plain = read(Conversation.of(middle));
        PromptFeatures asked = read(Conversation.of(middle + "Generate 20 diverse instructions."));
        PromptFeatures inParts = read(new Conversation().user("Generate 20 diverse instructions.", middle, middle));
        PromptFeatures inTheMiddle = read(Conversation.of(middle + "Generate 20 diverse instructions." + middle));

        assertThat(plain.newChars).isEqualTo(middle.length());
        assertThat(plain.analysedChars).isEqualTo(64 << 10);
        assertThat(plain.elicitations).isZero();
        assertThat(asked.elicitations).isEqualTo(Elicitation.SYNTHETIC_DATA.bit());
        assertThat(inParts.elicitations).isEqualTo(Elicitation.SYNTHETIC_DATA.bit());
        assertThat(inTheMiddle.elicitations).isZero();
    }

    /** Text that must not be decoded. */
    private static final class Undecodable implements CharSequence {
        @Override
        public int length() {
            throw new AssertionError("decoded");
        }

        @Override
        public char charAt(int index) {
            throw new AssertionError("decoded");
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            throw new AssertionError("decoded");
        }
    }

    /** "Aa" and "BB" have equal hash codes, as do two prompts that begin with them. */
    @Test
    void promptsWithEqualStringHashesAreDistinguished() {
        String one = "Aa" + QUESTION;
        String other = "BB" + QUESTION;
        assertThat(one.hashCode()).isEqualTo(other.hashCode());
        long first = system(one);
        long second = system(other);
        assertThat(first).isNotEqualTo(second);
        for (int i = 0; i < 3; i++) {
            assertThat(system(one)).isEqualTo(first);
            assertThat(system(new String(other.toCharArray()))).isEqualTo(second);
        }
    }
}
