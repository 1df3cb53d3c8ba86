package dev.stillgate.tokenbucket.policy;

import static dev.stillgate.tokenbucket.Policies.ceiling;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.part;
import static dev.stillgate.tokenbucket.Policies.strict;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.tokenbucket.Metered;
import dev.stillgate.tokenbucket.bucket.Reservation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How much of each measure a request takes. */
final class TokenLimitTest {
    private static final Limit OUTPUT = limit("out", Measure.OUTPUT_TOKENS, 8000, "8000/1m");
    private static final Limit INPUT = limit("in", Measure.INPUT_TOKENS, 8000, "8000/1m");
    private static final Limit TOTAL = limit("all", Measure.TOTAL_TOKENS, 8000, "8000/1m");

    @ParameterizedTest
    @CsvSource({"1, 1", "4000, 4000", "4001, 4000", "32000, 4000", "1000000000000, 4000", "0, 1", "-1, 4000"})
    void requestedOutputIsReservedUpToHalfTheCapacity(long output, long taken) {
        assertThat(reserve(OUTPUT, 10, output)).isEqualTo(taken);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "100, 100", "101, 100", "-1, 100"})
    void requestedOutputIsReservedUpToTheCeiling(long output, long taken) {
        assertThat(reserve(ceiling(100, OUTPUT), 10, output)).isEqualTo(taken);
    }

    @ParameterizedTest
    @CsvSource({"-1, 16384", "32000, 32000", "1000000, 500000"})
    void unknownOutputReservesLittleOfALongQuota(long output, long taken) {
        assertThat(reserve(limit("month", Measure.OUTPUT_TOKENS, 1_000_000, "1000000/30d"), 10, output))
                .isEqualTo(taken);
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "4001, 4001", "8000, 8000", "8001, -1", "-1, 8000", "0, 1", "1000000000000, -1"})
    void strictLimitReservesRequestedOutputOrCapacity(long output, long taken) {
        assertThat(reserve(strict(OUTPUT), 10, output)).isEqualTo(taken);
    }

    /** An estimate may be a quarter too high, so a prompt that exceeds the capacity by less may fit. */
    @ParameterizedTest
    @CsvSource({"1, 1", "8000, 8000", "8001, 8000", "10000, 8000", "10001, -1", "1000000000000, -1"})
    void inputOverByTheEstimateErrorReservesTheCapacity(long input, long taken) {
        assertThat(reserve(INPUT, input, 10)).isEqualTo(taken);
    }

    @Test
    void estimateErrorOfSmallCapacityIsAQuarter() {
        Limit small = limit("in", Measure.INPUT_TOKENS, 8, "8/1m");
        assertThat(reserve(small, 10, 1)).isEqualTo(8);
        assertThat(reserve(small, 11, 1)).isEqualTo(TokenLimit.TOO_LARGE);
    }

    @ParameterizedTest
    @CsvSource({"100, 100", "4000, 4000", "4001, 4000", "1000000000, 4000"})
    void promptWithCacheMarksIsNeverTooLarge(long input, long taken) {
        Reservation reservation = reservation(input, 10);
        reservation.marksCache = true;
        assertThat(part(INPUT).get(0).reserve(reservation)).isEqualTo(taken);
        assertThat(part(TOTAL).get(0).reserve(reservation)).isEqualTo(taken + 10);
        assertThat(part(strict(TOTAL)).get(0).reserve(reservation)).isEqualTo(taken + 10);
    }

    @Test
    void cachedPromptFitsAStrictTotalIfItsOutputDoes() {
        Reservation reservation = reservation(1_000_000, 7000);
        reservation.marksCache = true;
        assertThat(part(strict(TOTAL)).get(0).reserve(reservation)).isEqualTo(8000);
        reservation.output = 8001;
        assertThat(part(strict(TOTAL)).get(0).reserve(reservation)).isEqualTo(TokenLimit.TOO_LARGE);
    }

    @ParameterizedTest
    @CsvSource({
        "100, 200, 300",
        "100, 100000, 4100", // the output up to the ceiling
        "6000, 100000, 8000", // the sum exceeds the capacity: the whole capacity
        "8001, 1, 8000",
        "10001, 1, -1", // input larger than the capacity
        "100, -1, 4100",
    })
    void totalLimitReservesInputAndOutput(long input, long output, long taken) {
        assertThat(reserve(TOTAL, input, output)).isEqualTo(taken);
    }

    @ParameterizedTest
    @CsvSource({"100, 7900, 8000", "100, 7901, -1", "100, -1, 8000", "4000, 100000, -1"})
    void strictTotalOverTheCapacityIsTooLarge(long input, long output, long taken) {
        assertThat(reserve(strict(TOTAL), input, output)).isEqualTo(taken);
    }

    @Test
    void tooLargeRequestGetsNoRetryAfter() {
        Metered metered = new Metered(INPUT, strict(OUTPUT));
        Verdict.Reject input = metered.refused(20_000, 10);
        assertThat(input.kind()).isEqualTo(Verdict.Kind.PROMPT_TOO_LONG);
        assertThat(input.code()).isEqualTo("in");
        assertThat(input.retryAfter()).isNull();
        assertThat(input.headers())
                .extracting(each -> each.name() + ": " + each.value())
                .contains("anthropic-ratelimit-input-tokens-limit: 8000");
        Verdict.Reject output = metered.refused(metered.completions(), FakeBody.prompt("m", 10, 9000));
        assertThat(output.code()).isEqualTo("out");
        assertThat(output.message()).startsWith("Request too large: limit 8000 output tokens, requested 9000.");
        assertThat(output.retryAfter()).isNull();
    }

    @Test
    void tooLargeRequestIsRefusedInTheWordsOfItsProvider() {
        Metered metered = new Metered(INPUT);
        assertThat(metered.refused(20_000, 10).message())
                .isEqualTo("prompt is too long: 20000 tokens > 8000 maximum (the account's limit of input tokens)");
        assertThat(metered.refused(metered.completions(), FakeBody.prompt("m", 20_000, 10))
                        .message())
                .isEqualTo("Request too large: limit 8000 input tokens, requested 20000."
                        + " The input or output tokens must be reduced for the request to fit.");
        assertThat(metered.refused(
                                metered.messages()
                                        .asks(
                                                Provider.GOOGLE,
                                                Operation.GENERATE_CONTENT,
                                                "POST",
                                                "/v1beta/models/m:generateContent"),
                                FakeBody.prompt("m", 20_000, 10))
                        .message())
                .isEqualTo("The input token count (20000) exceeds the maximum number of tokens allowed (8000)"
                        + " (the account's limit of input tokens).");
    }

    @Test
    void outputIsNeverTooLargeWithoutStrict() {
        Metered metered = new Metered(INPUT, OUTPUT);
        metered.begin(10, Long.MAX_VALUE);
        assertThat(metered.left("out")).isEqualTo(4000);
    }

    @Test
    void tokenRefusalNamesTheLimitInTheProvidersFormat() {
        Metered metered = new Metered(INPUT);
        metered.served(metered.begin(8000, 1), 8000, 1);
        assertThat(metered.refused(800, 1).message())
                .isEqualTo(
                        "This request would exceed the account's rate limit (8000 input tokens, refilled at 8000/1m)."
                                + " Please try again in 6s.");
        assertThat(metered.refused(metered.completions(), FakeBody.prompt("m", 800, 1))
                        .message())
                .isEqualTo("Rate limit reached on input tokens (8000 input tokens, refilled at 8000/1m): limit 8000,"
                        + " used 8000, requested 800. Please try again in 6s.");
    }

    private static long reserve(Limit limit, long input, long output) {
        return part(limit).get(0).reserve(reservation(input, output));
    }

    private static Reservation reservation(long input, long output) {
        Reservation reservation = new Reservation();
        reservation.reset();
        reservation.hasTokens = true;
        reservation.input = input;
        reservation.output = output;
        return reservation;
    }
}
