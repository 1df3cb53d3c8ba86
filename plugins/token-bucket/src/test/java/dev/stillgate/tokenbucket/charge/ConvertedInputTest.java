package dev.stillgate.tokenbucket.charge;

import static dev.stillgate.tokenbucket.Metered.estimated;
import static dev.stillgate.tokenbucket.Metered.exact;
import static dev.stillgate.tokenbucket.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.Metered;
import dev.stillgate.tokenbucket.policy.Measure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cost of operations that convert an input, with an estimated input of 100 tokens and a ceiling of 500. */
final class ConvertedInputTest {
    private static final long CAPACITY = 1000;
    private static final Usage NONE = Usage.NONE;
    private final Metered metered = new Metered(
            limit("requests", CAPACITY, "1/1h"),
            limit("in", Measure.INPUT_TOKENS, CAPACITY, "1/1h"),
            limit("out", Measure.OUTPUT_TOKENS, CAPACITY, "1/1h"));

    private FakeExchange asks(Operation operation) {
        return metered.messages().asks(Provider.OPENAI, operation, "POST", "/v1/x");
    }

    private FakeExchange begins(Operation operation, boolean stream) {
        return metered.begin(asks(operation), new BodyView.Input("m", stream, 100, 500));
    }

    private FakeExchange uploads(Operation operation) {
        FakeExchange exchange = asks(operation);
        assertThat(metered.harness.request(exchange)).isSameAs(Verdict.ALLOW);
        return exchange;
    }

    private void costs(long input, long output) {
        assertThat(metered.left("requests")).isEqualTo(CAPACITY - 1);
        assertThat(metered.left("in")).isEqualTo(CAPACITY - input);
        assertThat(metered.left("out")).isEqualTo(CAPACITY - output);
    }

    @ParameterizedTest
    @ValueSource(strings = {"embeddings", "moderation", "speech"})
    void inputIsReservedAndNoOutput(Operation operation) {
        begins(operation, false);
        costs(100, 0);
    }

    @Test
    void embeddingsCostTheReportedInput() {
        metered.end(begins(Operation.EMBEDDINGS, false), Metered.served(exact(90, -1)));
        costs(90, 0);
    }

    @Test
    void inputWithoutUsageCostsItsEstimate() {
        metered.end(begins(Operation.EMBEDDINGS, false), Metered.served(NONE));
        costs(100, 0);
    }

    @Test
    void exhaustedOutputDoesNotRefuseEmbeddings() {
        metered.end(begins(Operation.IMAGE_GENERATION, false), Metered.served(exact(0, 5000)));
        assertThat(metered.ask(asks(Operation.IMAGE_GENERATION), new BodyView.Input("m", false, 1, 5)))
                .isInstanceOf(Verdict.Reject.class);
        begins(Operation.EMBEDDINGS, false);
    }

    @Test
    void imageReservesTheCeilingAndCostsTheReportedOutput() {
        FakeExchange image = begins(Operation.IMAGE_GENERATION, false);
        costs(100, 500);
        metered.end(image, Metered.served(exact(20, 272)));
        costs(20, 272);
    }

    @Test
    void completeImageWithoutUsageCostsNoOutput() {
        metered.end(begins(Operation.IMAGE_GENERATION, false), Metered.served(NONE));
        costs(100, 0);
    }

    /** Otherwise a client could take the last partial image and leave before its usage. */
    @Test
    void imageBrokenOffBeforeItsUsageCostsItsReservation() {
        metered.end(
                begins(Operation.IMAGE_GENERATION, true),
                new Outcome.DownstreamGone(200, NONE, 900, 1, Outcome.Phase.STREAMING));
        costs(100, 500);
    }

    @Test
    void soundBrokenOffCostsItsInput() {
        metered.end(
                begins(Operation.SPEECH, false),
                new Outcome.DownstreamGone(200, NONE, 900, 1, Outcome.Phase.STREAMING));
        costs(100, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"image_edit", "transcription", "translation"})
    void uploadReservesTheCeilingAtItsHeadAndCostsTheReportedTokens(Operation operation) {
        FakeExchange upload = uploads(operation);
        costs(1, 500);
        metered.end(upload, Metered.served(exact(300, 40)));
        costs(300, 40);
    }

    @Test
    void transcriptionWithoutTokensCostsOneRequest() {
        metered.end(uploads(Operation.TRANSCRIPTION), Metered.served(NONE));
        costs(0, 0);
    }

    @Test
    void transcriptionBrokenOffCostsTheDeliveredText() {
        metered.end(
                uploads(Operation.TRANSCRIPTION),
                new Outcome.DownstreamGone(200, estimated(-1, 12), 90, 1, Outcome.Phase.STREAMING));
        costs(0, 12);
    }

    @Test
    void errorCostsOneRequest() {
        metered.end(begins(Operation.IMAGE_GENERATION, false), new Outcome.Served(400, NONE, 1, 1));
        costs(0, 0);
    }
}
