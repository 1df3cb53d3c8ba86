package dev.stillgate.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Usage;
import dev.stillgate.testkit.Conversation;
import dev.stillgate.testkit.FakeExchange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Answers that a canary filter leaves unchanged. */
class CanaryExemptionsTest extends CanaryRig {
    @BeforeEach
    void mark() {
        marked();
    }

    /** Returns an exchange that asks for a response with an id. */
    private FakeExchange response(String id) {
        return harness.exchange()
                .asks(Provider.OPENAI, Operation.RESPONSES, "POST", "/v1/responses")
                .answered(id);
    }

    /** Makes a response that is left unchanged since its prompt asks for structured output. */
    private void makeExempt(String id) {
        FakeExchange made = response(id);
        assertThat(answer(made, Conversation.of("x").structured())).isEqualTo(ResponseTap.NONE);
        harness.complete(made, new Outcome.Served(200, Usage.NONE, 10, 1));
    }

    /** Returns how a request about a stored response is treated. */
    private ResponseTap stored(String method, String path) {
        return harness.tap(harness.exchange().asks(Provider.OPENAI, Operation.STORED_RESPONSE, method, path), 200);
    }

    @Test
    void exemptAnswersAreUnchangedAndCounted() {
        BodyView signed = Conversation.of("x").message("assistant", BodyView.PartKind.SIGNATURE, "sig");
        Map<Exemption, BodyView> prompts = Map.of(
                Exemption.STRUCTURED_OUTPUT, Conversation.of("x").structured(),
                Exemption.LOGPROBS, Conversation.of("x").withLogprobs(),
                Exemption.THINKING_AND_TOOLS,
                        Conversation.of("x").withThinking().tools("search"),
                Exemption.THINKING_HISTORY, signed,
                Exemption.WORDING, Conversation.of("Write a haiku about autumn."));
        prompts.forEach((why, prompt) -> {
            assertThat(answer(harness.exchange(), prompt)).as(why.label()).isEqualTo(ResponseTap.NONE);
            assertThat(skipped(why)).as(why.label()).isEqualTo(1);
        });
        FakeExchange failed = harness.exchange();
        harness.body(failed, Conversation.of("x"));
        assertThat(harness.tap(failed, 529)).isEqualTo(ResponseTap.NONE);
        assertThat(skipped(Exemption.STATUS)).isEqualTo(1);
    }

    @Test
    void continuedAndPredictedTextsAreUnchanged() {
        BodyView prefilled = Conversation.of("Tell me of autumn.").assistant("```\nThe leaves");
        assertThat(answer(harness.exchange(), prefilled)).isEqualTo(ResponseTap.NONE);
        assertThat(answer(harness.exchange(), Conversation.of("Go on.").withPrediction()))
                .isEqualTo(ResponseTap.NONE);
        assertThat(skipped(Exemption.WORDING)).isEqualTo(2);
        BodyView answered = Conversation.of("Hello").assistant("Hello!").user("Tell me of autumn.");
        assertThat(answer(harness.exchange(), answered)).isInstanceOf(ResponseTap.Prose.class);
    }

    private ResponseTap gemini(BodyView prompt) {
        return answer(
                harness.exchange()
                        .asks(Provider.GOOGLE, Operation.GENERATE_CONTENT, "POST", "/v1beta/models/m:generateContent"),
                prompt);
    }

    @Test
    @DisplayName("plugins 3: a stream of Gemini that may end with citations of the original text is exempt")
    void streamOfGeminiWithAGroundingToolIsExempt() {
        List<String> tools = List.of("googleSearch", "google_search", "enterpriseWebSearch", "file_search");
        for (String tool : tools) {
            BodyView prompt = Conversation.of("x").tools("f", tool).streamed();
            assertThat(gemini(prompt)).as(tool).isEqualTo(ResponseTap.NONE);
            assertThat(answer(harness.exchange(), prompt)).as(tool).isInstanceOf(ResponseTap.Prose.class);
            assertThat(gemini(Conversation.of("x").tools("f", tool))).as(tool).isInstanceOf(ResponseTap.Prose.class);
        }
        assertThat(skipped(Exemption.GROUNDING)).isEqualTo(tools.size());
        assertThat(gemini(Conversation.of("x").tools("codeExecution", "search").streamed()))
                .isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    void thoughtsAndSignaturesOfGeminiDoNotExempt() {
        List<BodyView> prompts = List.of(
                Conversation.of("x").message("assistant", BodyView.PartKind.SIGNATURE, "sig"),
                Conversation.of("x").message("user", BodyView.PartKind.THINKING, "hm"),
                Conversation.of("x").withThinking().tools("search"));
        for (BodyView prompt : prompts) {
            assertThat(gemini(prompt)).isInstanceOf(ResponseTap.Prose.class);
        }
    }

    @Test
    @DisplayName("plugins 3: a wording constraint in one message holds for all later answers of the conversation")
    void constraintInAnyUserMessageOrSystemPromptExempts() {
        BodyView next = Conversation.of("Quote the first article exactly.")
                .assistant("All are born free.")
                .user("Now the next one.");
        assertThat(answer(harness.exchange(), next)).isEqualTo(ResponseTap.NONE);
        BodyView always = Conversation.of("What is autumn?").system("You answer in haiku. Write a haiku every time.");
        assertThat(answer(harness.exchange(), always)).isEqualTo(ResponseTap.NONE);
        assertThat(skipped(Exemption.WORDING)).isEqualTo(2);
        BodyView onlyTheModelSaysSo =
                Conversation.of("What is autumn?").assistant("A haiku?").user("No, just say what it is.");
        assertThat(answer(harness.exchange(), onlyTheModelSaysSo)).isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    void repeatedSystemPromptsKeepTheirVerdicts() {
        String filler = "You help the keepers of the light with their questions. ".repeat(10);
        List<String> systems = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            systems.add(filler + "You are number " + i + (i % 3 == 0 ? ", and write poems." : "."));
        }
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < systems.size(); i++) {
                BodyView prompt = Conversation.of("What is autumn?").system(systems.get(i));
                BodyView poem = Conversation.of("A poem!").system(systems.get(i));
                assertThat(answer(harness.exchange(), prompt) == ResponseTap.NONE)
                        .as(systems.get(i))
                        .isEqualTo(i % 3 == 0);
                assertThat(answer(harness.exchange(), poem)).isEqualTo(ResponseTap.NONE);
            }
        }
    }

    @Test
    @DisplayName("plugins 3: an answer that continues an exempt one by id is exempt")
    void continuationOfAnExemptAnswerIsExempt() {
        FakeExchange quoted = response("resp_1");
        assertThat(answer(quoted, Conversation.of("Quote the first article exactly.")))
                .isEqualTo(ResponseTap.NONE);
        harness.complete(quoted, new Outcome.Served(200, Usage.NONE, 10, 1));
        BodyView next = Conversation.of("Now the next one.").continues("resp_1");
        FakeExchange exchange = response("resp_2");
        assertThat(answer(exchange, next)).isEqualTo(ResponseTap.NONE);
        harness.complete(exchange, new Outcome.Served(200, Usage.NONE, 10, 1));
        assertThat(answer(harness.exchange(), Conversation.of("And the third.").continues("resp_2")))
                .isEqualTo(ResponseTap.NONE);
        assertThat(answer(harness.exchange(), Conversation.of("Hello").continues("resp_9")))
                .isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    void thinkingWithoutToolsIsMarked() {
        assertThat(answer(harness.exchange(), Conversation.of("Why?").withThinking()))
                .isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    void exemptAnswerIsUnchangedWhenFetchedAgain() {
        makeExempt("resp_1");
        assertThat(stored("GET", "/v1/responses/resp_1")).isEqualTo(ResponseTap.NONE);
        assertThat(stored("GET", "/v1/responses/resp_2")).isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    @DisplayName("engine A1: an exempt response is unchanged when cancelled; lists of its input items are marked")
    void exemptResponseIsUnchangedWhenCancelled() {
        makeExempt("resp_1");
        assertThat(stored("POST", "/v1/responses/resp_1/cancel")).isEqualTo(ResponseTap.NONE);
        assertThat(stored("GET", "/v1/responses/resp_1/input_items")).isInstanceOf(ResponseTap.Prose.class);
    }

    @Test
    void failuresAndOtherOperationsAreNotMarked() {
        FakeExchange models = harness.exchange().asks(Provider.OPENAI, Operation.OPAQUE, "GET", "/v1/models");
        assertThat(harness.tap(models, 200)).isEqualTo(ResponseTap.NONE);
    }
}
