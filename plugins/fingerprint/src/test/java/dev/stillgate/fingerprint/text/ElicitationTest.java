package dev.stillgate.fingerprint.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.testkit.Conversation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ElicitationTest {
    private static final int MOST_PHRASES = 40;

    private final WholeReader reader = new WholeReader(PromptReaderTest.key(1));

    private List<Elicitation> asked(String text) {
        PromptFeatures features = new PromptFeatures();
        reader.read(Conversation.of(text), features);
        List<Elicitation> asked = new ArrayList<>();
        for (Elicitation elicitation : Elicitation.values()) {
            if (elicitation.in(features.elicitations)) {
                asked.add(elicitation);
            }
        }
        return asked;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "REASONING|Solve it, and write out your complete chain of thought before you answer.",
                "REASONING|请逐步解答，并完整写出你的思维链，不要省略任何一步。",
                "GRADING|Act as an impartial judge and rate the two replies below.",
                "GRADING|请根据以下评分标准为模型的回答打分。",
                "SYNTHETIC_DATA|Create prompts that we can use as training data for a chat model.",
                "SYNTHETIC_DATA|Write question-answer pairs from the passage below.",
                "TRAJECTORY|Simulate an agent and record all tool calls.",
                "TRAJECTORY|请模拟一个智能体使用工具并输出完整的执行轨迹。",
                "REWRITING|Rewrite the post without anything politically sensitive, in a neutral tone.",
                "REWRITING|请改写这段话，去除敏感内容，使其通过内容审核。"
            })
    void requestedElicitationIsFound(Elicitation expected, String text) {
        assertThat(asked(text)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Explain step by step how photosynthesis works, and show all the formulas.",
                "I think the reasoning in this paper is wrong. Where does the author skip a step?",
                "Rate this restaurant review as positive or negative.",
                "Write five interview questions for a nurse.",
                "Rewrite this e-mail in a friendlier tone without changing the facts.",
                "What does an agent do with the tools of a browser?",
                "请解释光合作用，一步一步来。",
                "帮我改写这封邮件，语气更友好一些。"
            })
    void ordinaryRequestsHaveNoElicitation(String text) {
        assertThat(asked(text)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void eachPhraseIsFoundInsideAText(Elicitation kind) {
        for (String phrase : kind.phrases()) {
            assertThat(asked("Now " + phrase + ", if you can.")).as(phrase).containsExactly(kind);
        }
    }

    @Test
    void phraseSpansPunctuationButNotOtherWords() {
        assertThat(asked("chain\nof thought")).containsExactly(Elicitation.REASONING);
        assertThat(asked("a Chain-of-\"thought\"")).containsExactly(Elicitation.REASONING);
        assertThat(asked("chain of 2 thought")).isEmpty();
        assertThat(asked("chain of great thought")).isEmpty();
        assertThat(asked("chain of `x` thought")).isEmpty();
        assertThat(asked("chain of")).isEmpty();
        assertThat(asked("chain of chain of thought")).containsExactly(Elicitation.REASONING);
        assertThat(asked("`chain of thought`")).as("code").isEmpty();
    }

    @Test
    void phrasesAreFewAndNotRepeated() {
        List<String> all = Arrays.stream(Elicitation.values())
                .flatMap(kind -> kind.phrases().stream())
                .toList();
        assertThat(all).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(MOST_PHRASES);
    }

    @Test
    void lexiconContainsEveryListedWord() {
        TextKey key = new TextKey(PromptReaderTest.key(1));
        Lexicon lexicon = new Lexicon(key, WordLists.shipped());
        Words words = new Words(key);
        Set<String> terms = new TreeSet<>(WordLists.shipped().stop());
        terms.addAll(WordLists.shipped().dates());
        Arrays.stream(Elicitation.values()).forEach(kind -> terms.addAll(kind.phrases()));
        for (String term : terms) {
            words.read(term.toCharArray(), term.length());
            lexicon.number(words);
            assertThat(words.knownCount).as(term).isPositive().isEqualTo(words.count);
        }
        assertThat(lexicon.number(12345L << 32)).isEqualTo(Lexicon.UNKNOWN);
    }

    @Test
    void latinAccentsOfListedWordsAreOptional() {
        TextKey key = new TextKey(PromptReaderTest.key(1));
        Lexicon lexicon = new Lexicon(key, WordLists.shipped());
        Words words = new Words(key);
        Set<Boolean> dates = new HashSet<>();
        for (String term : List.of("MÄRZ", "marz", "Ma\u0308rz")) {
            words.read(term.toCharArray(), term.length());
            lexicon.number(words);
            dates.add(lexicon.dates()[words.number[0]]);
        }
        assertThat(dates).containsExactly(true);
    }
}
