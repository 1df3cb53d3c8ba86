package dev.stillgate.tokenbucket.bucket;

import static dev.stillgate.tokenbucket.Metered.estimated;
import static dev.stillgate.tokenbucket.Metered.exact;
import static dev.stillgate.tokenbucket.Metered.served;
import static dev.stillgate.tokenbucket.Policies.ceiling;
import static dev.stillgate.tokenbucket.Policies.limit;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.DeferredResponse;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.Metered;
import dev.stillgate.tokenbucket.policy.Measure;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Charges for background responses that are cancelled, fetched in pieces, or were requested elsewhere. */
final class BackgroundChargesTest {
    private static final long CAPACITY = 1_000_000;
    private static final DeferredResponse BACKGROUND = new DeferredResponse(true, 30_000, "m", List.of());

    private final Metered metered = new Metered(
            limit("in", Measure.INPUT_TOKENS, CAPACITY, "1/1h"),
            ceiling(4000, limit("out", Measure.OUTPUT_TOKENS, CAPACITY, "1/1h")));

    @Test
    void cancelledResponseIsChargedItsUsageOnce() {
        create("resp_1");
        cancel("resp_1", exact(90, 20_000));
        assertCharged(90, 20_000);
        cancel("resp_1", exact(90, 20_000));
        fetch("resp_1", "", served(exact(90, 20_000)));
        assertCharged(90, 20_000);
    }

    @Test
    void disjointPiecesAreAddedUp() {
        create("resp_1");
        for (int i = 0; i < 25; i++) {
            fetch("resp_1", "stream=true&starting_after=" + 100 * (25 - i), piece(3900));
        }
        assertCharged(100, 25 * 3900);
    }

    @Test
    void piecesBeyondTheBoundAreAddedUp() {
        create("resp_1");
        for (int i = 0; i < 200; i++) {
            fetch("resp_1", "starting_after=" + i, piece(100));
        }
        assertCharged(100, 200 * 100);
    }

    @Test
    void spellingsOfTheParameterAreAddedUp() {
        create("resp_1");
        fetch("resp_1", "starting%5Fafter=5", piece(3000));
        fetch("resp_1", "starting_after=%36", piece(3000));
        fetch("resp_1", "starting_after=7&starting_after=8", piece(3000));
        fetch("resp_1", "starting_after=+9", piece(3000));
        fetch("resp_1", "starting_after=%", piece(3000));
        assertCharged(100, 15_000);
    }

    @Test
    void resumedStreamIsChargedItsUsageOnceItEnds() {
        FakeExchange left = metered.begin(
                metered.responses().answered("resp_1"),
                FakeBody.prompt("m", 100, 30_000).later());
        metered.end(left, piece(3000));
        fetch("resp_1", "stream=true&starting_after=290", piece(3000));
        fetch("resp_1", "stream=true&starting_after=290", piece(3000));
        assertCharged(100, 6000);
        fetch("resp_1", "stream=true&starting_after=580", served(exact(90, 6100)));
        assertCharged(90, 6100);
        fetch("resp_1", "stream=true&starting_after=580", piece(3000));
        assertCharged(90, 6100);
    }

    @Test
    void responseRequestedElsewhereIsChargedBeyondItsReservation() {
        fetch("resp_1", "", BACKGROUND, served(exact(90, 95_000)));
        assertCharged(0, 91_000);
        fetch("resp_1", "", BACKGROUND, served(exact(90, 95_000)));
        assertCharged(0, 91_000);
    }

    @Test
    void shortResponseRequestedElsewhereCostsNothing() {
        fetch("resp_1", "", BACKGROUND, served(exact(90, 50)));
        assertCharged(0, 0);
    }

    @Test
    void piecesOfAResponseRequestedElsewhereAreChargedBeyondItsReservation() {
        fetch("resp_1", "stream=true", BACKGROUND, piece(3000));
        assertCharged(0, 0);
        fetch("resp_1", "stream=true&starting_after=300", piece(3000));
        assertCharged(0, 2000);
        fetch("resp_2", "stream=true&starting_after=1", piece(9000));
        assertCharged(0, 7000);
        fetch("resp_1", "stream=true&starting_after=600", served(exact(90, 5000)));
        assertCharged(0, 6000);
    }

    @Test
    void responseWithSmallMaximumIsAssumedToHaveReservedIt() {
        DeferredResponse small = new DeferredResponse(true, 500, "m", List.of());
        fetch("resp_1", "", small, served(exact(90, 700)));
        assertCharged(0, 200);
    }

    @Test
    void responseThatWasAwaitedIsNotChargedAgain() {
        FakeExchange awaited = metered.begin(
                metered.responses().answered("resp_1"),
                FakeBody.prompt("m", 100, 30_000).later());
        metered.end(awaited, served(exact(90, 9000)));
        fetch("resp_1", "", BACKGROUND, served(exact(90, 9000)));
        assertCharged(90, 9000);
    }

    @Test
    void itemsOfTheInputCostNothing() {
        fetch("resp_1/input_items", "starting_after=1", served(estimated(-1, 9000)));
        assertCharged(0, 0);
    }

    private static Outcome piece(long output) {
        return new Outcome.DownstreamGone(200, estimated(-1, output), 1, 1, Outcome.Phase.STREAMING);
    }

    private void create(String id) {
        FakeExchange exchange = metered.begin(
                metered.responses().answered(id),
                FakeBody.prompt("m", 100, 30_000).later());
        metered.end(exchange, served(Usage.NONE));
        assertCharged(100, 4000);
    }

    private void cancel(String id, Usage usage) {
        end("POST", id + "/cancel", "", DeferredResponse.NONE, served(usage));
    }

    private void fetch(String id, String query, Outcome outcome) {
        end("GET", id, query, DeferredResponse.NONE, outcome);
    }

    private void fetch(String id, String query, DeferredResponse answer, Outcome outcome) {
        end("GET", id, query, answer, outcome);
    }

    private void end(String method, String path, String query, DeferredResponse answer, Outcome outcome) {
        FakeExchange exchange = metered.messages()
                .asks(Provider.OPENAI, Operation.STORED_RESPONSE, method, "/v1/responses/" + path)
                .query(query)
                .answered(answer);
        assertThat(metered.harness.request(exchange)).isSameAs(Verdict.ALLOW);
        metered.end(exchange, outcome);
    }

    private void assertCharged(long input, long output) {
        assertThat(CAPACITY - metered.left("in")).as("input").isEqualTo(input);
        assertThat(CAPACITY - metered.left("out")).as("output").isEqualTo(output);
    }
}
