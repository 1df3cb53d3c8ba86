package dev.stillgate.fingerprint.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.testkit.Conversation;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ElicitationTest {
    private final TextKey key = new TextKey(PromptReaderTest.key(1));
    private final WholeReader reader = new WholeReader(key, Phrases.shipped());

    private List<Elicitation> asked(String text) {
        return asked(reader, text);
    }

    private static List<Elicitation> asked(WholeReader reader, String text) {
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
                "REASONING|Put your inner monologue between <think> and </think>, then give the result.",
                "REASONING|Imagine the internal reasoning behind a completed response and write it down.",
                "REASONING|请逐步解答，并完整写出你的思维链，不要省略任何一步。",
                "REASONING|Löse die Aufgabe und schreibe deinen vollständigen Gedankengang auf.",
                "REASONING|Résolvez le problème et écrivez l’intégralité de votre chaîne de pensée.",
                "REASONING|Resuelve el problema y escribe tu cadena de pensamiento completa.",
                "REASONING|Resolva e escreva a sua cadeia de pensamento completa.",
                "REASONING|Реши задачу и запиши полностью весь ход мыслей.",
                "REASONING|問題を解き、思考過程をすべて省略せずに書き出してください。",
                "REASONING|문제를 풀고 사고 과정을 빠짐없이 모두 작성하세요.",
                "REASONING|हल करें और अपनी पूरी विचार प्रक्रिया लिखें।",
                "REASONING|حل المسألة ثم اكتب سلسلة التفكير كاملة.",
                "GRADING|Act as an impartial judge and rate the two replies below.",
                "GRADING|Score the model's response by this rubric, on a scale of 1 to 10.",
                "GRADING|请根据以下评分标准为模型的回答打分。",
                "GRADING|Bewerte Antwort A und Antwort B auf einer Skala von 1 bis 10.",
                "GRADING|Évaluez la réponse du modèle sur une échelle de 1 à 5.",
                "GRADING|Evalúa la respuesta del modelo en una escala de 1 a 10.",
                "GRADING|Avalie a resposta do modelo em uma escala de 1 a 10.",
                "GRADING|Оцени ответ модели по шкале от 1 до 10.",
                "GRADING|次の採点基準でモデルの回答を採点してください。採点し、理由も述べること。",
                "GRADING|다음 평가 기준에 따라 모델의 답변을 평가하세요.",
                "GRADING|मॉडल के उत्तर का 1 से 10 के पैमाने पर मूल्यांकन करें।",
                "GRADING|تقييم إجابة النموذج على مقياس من 1 إلى 10",
                "SYNTHETIC_DATA|Come up with 30 highly diverse user questions about chemistry.",
                "SYNTHETIC_DATA|Write question-answer pairs from the passage below.",
                "SYNTHETIC_DATA|Create prompts that we can use as training data for a chat model.",
                "SYNTHETIC_DATA|Rewrite the given prompt into a more complex version of it.",
                "SYNTHETIC_DATA|请生成50条多样化的指令，涵盖不同领域。",
                "SYNTHETIC_DATA|Generiere 20 vielfältige Fragen zur Geschichte.",
                "SYNTHETIC_DATA|Générez vingt questions variées sur la chimie.",
                "SYNTHETIC_DATA|Genera 20 preguntas variadas sobre química.",
                "SYNTHETIC_DATA|Crie 20 perguntas variadas sobre química.",
                "SYNTHETIC_DATA|Придумай 20 разнообразных вопросов по химии.",
                "SYNTHETIC_DATA|多様な質問を20個生成してください。",
                "SYNTHETIC_DATA|다양한 질문을 20개 생성하세요.",
                "SYNTHETIC_DATA|रसायन पर विविध प्रश्न तैयार करें।",
                "SYNTHETIC_DATA|توليد أسئلة متنوعة حول الكيمياء",
                "TRAJECTORY|Thought: look it up. Action: search[tides] Observation: the moon.",
                "TRAJECTORY|Simulate an agent and record its whole trajectory with all tool calls.",
                "TRAJECTORY|请模拟一个智能体使用工具并输出完整的执行轨迹。",
                "TRAJECTORY|Simulez un agent et produis la trajectoire de ses appels d'outils.",
                "TRAJECTORY|Сгенерируй траекторию агента и вызовы инструментов.",
                "REWRITING|Rewrite the post without anything politically sensitive, in a neutral tone.",
                "REWRITING|Rephrase the question in other words, keeping the meaning, and do not answer it.",
                "REWRITING|请改写这段话，去除敏感内容，使其通过内容审核。",
                "REWRITING|Reformulez la question suivante sans changer le sens.",
                "REWRITING|Перефразируй следующий вопрос, сохраняя смысл.",
                "REWRITING|検閲を避けるように文章を書き換えてください。"
            })
    void requestedElicitationIsFound(Elicitation expected, String text) {
        assertThat(asked(text)).contains(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Explain step by step how photosynthesis works, and show all the formulas.",
                "Show your work and give the complete solution.",
                "Think carefully. What is 17 times 23?",
                "What is chain of thought prompting?",
                "I think the reasoning in this paper is wrong. Where does the author skip a step?",
                "Rate this restaurant review as positive or negative.",
                "Which is the better answer to a customer who is angry, an apology or a refund?",
                "Write a function that returns the distinct questions of a table.",
                "Write five interview questions for a nurse.",
                "Rewrite this e-mail in a friendlier tone without changing the facts.",
                "Paraphrase this paragraph in simpler words.",
                "Write an essay on censorship in the Roman empire.",
                "What does an agent do with the tools of a browser?",
                "The action: a hero. The place: a castle. Write the story.",
                "请解释光合作用，一步一步来。",
                "帮我改写这封邮件，语气更友好一些。",
                "Erkläre mir Schritt für Schritt, wie man einen Kuchen backt.",
                "Explique-moi étape par étape comment faire un gâteau.",
                "Объясни пошагово, как приготовить борщ.",
                "ケーキの作り方を順を追って説明してください。",
                "케이크 만드는 법을 단계별로 설명해 주세요.",
                "Explica paso a paso cómo hacer una tortilla."
            })
    void ordinaryRequestsHaveNoElicitation(String text) {
        assertThat(asked(text)).isEmpty();
    }

    private static WholeReader reader(String... lines) {
        return new WholeReader(new TextKey(PromptReaderTest.key(1)), Phrases.parse(List.of(lines)));
    }

    @Test
    void groupsMatchInAnyOrderWithinTheWindow() {
        WholeReader small = reader("= a", "make, produce", "= b", "good questions", "> SYNTHETIC_DATA 4: a + b");

        assertThat(asked(small, "Make some good questions")).containsExactly(Elicitation.SYNTHETIC_DATA);
        assertThat(asked(small, "good, QUESTIONS to produce")).containsExactly(Elicitation.SYNTHETIC_DATA);
        assertThat(asked(small, "make one two three good questions")).isEmpty();
        assertThat(asked(small, "make good old questions")).isEmpty();
        assertThat(asked(small, "make `good questions`")).isEmpty();
        assertThat(asked(small, "make \"good questions\"")).containsExactly(Elicitation.SYNTHETIC_DATA);
    }

    @Test
    void phraseSpansPunctuationButNotOtherWords() {
        WholeReader small = reader("= a", "step by step", "> REASONING 1: a");

        assertThat(asked(small, "step\nby step")).containsExactly(Elicitation.REASONING);
        assertThat(asked(small, "step by 2 step")).isEmpty();
        assertThat(asked(small, "step by `x` step")).isEmpty();
        assertThat(asked(small, "step by step by step by step")).containsExactly(Elicitation.REASONING);
    }

    @Test
    void twoUnspacedCharactersCountAsAWord() {
        WholeReader small = reader("= a", "生成", "= b", "问题", "> SYNTHETIC_DATA 3: a + b");

        assertThat(asked(small, "生成二十问题")).containsExactly(Elicitation.SYNTHETIC_DATA);
        assertThat(asked(small, "生成二十个很长问题")).isEmpty();
    }

    @Test
    void latinAccentsAreOptional() {
        WholeReader small = reader("= a", "évaluez", "> GRADING 1: a");

        assertThat(asked(small, "EVALUEZ")).containsExactly(Elicitation.GRADING);
        assertThat(asked(small, "E\u0301valuez")).containsExactly(Elicitation.GRADING);
    }

    @Test
    void invalidFilesAreRefused() {
        assertThatThrownBy(() -> Phrases.parse(List.of("= a", "x", "> GRADING 4: a + b")))
                .hasMessageContaining("unknown group b");
        assertThatThrownBy(() -> Phrases.parse(List.of("= a", "x", "= b", "y, x", "> GRADING 4: a + b")))
                .hasMessageContaining("\"x\" in two groups");
        assertThatThrownBy(() -> Phrases.parse(List.of("= a", "x", "> GRADING: a")))
                .hasMessageContaining("invalid rule");
        assertThatThrownBy(() -> Phrases.parse(List.of("= a", "= a"))).hasMessageContaining("duplicate group");
        assertThatThrownBy(() -> reader("= a", "...")).hasMessageContaining("0 words");
    }

    @Test
    void shippedRulesFireOnFirstTermsOfTheirGroups() {
        Phrases shipped = Phrases.shipped();
        for (Phrases.Rule rule : shipped.rules()) {
            StringBuilder text = new StringBuilder();
            for (String group : rule.groups()) {
                Set<String> terms = shipped.groups().get(group);
                text.append(terms.iterator().next()).append(' ');
            }
            assertThat(asked(text.toString())).as("%s by %s", text, rule).contains(rule.asksFor());
        }
    }

    @Test
    void lexiconContainsEveryWordOfThePhrases() {
        Lexicon lexicon = new Lexicon(key, Phrases.shipped());
        Words words = new Words(key);
        Phrases.shipped()
                .groups()
                .values()
                .forEach(terms -> terms.forEach(term -> {
                    words.read(term.toCharArray(), term.length());
                    lexicon.number(words);
                    assertThat(words.knownCount).as(term).isEqualTo(words.count);
                }));
        assertThat(lexicon.number(12345L << 32)).isEqualTo(Lexicon.UNKNOWN);
    }
}
