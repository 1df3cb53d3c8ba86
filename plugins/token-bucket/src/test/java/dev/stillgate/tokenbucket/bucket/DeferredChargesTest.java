package dev.stillgate.tokenbucket.bucket;

import static dev.stillgate.tokenbucket.Metered.estimated;
import static dev.stillgate.tokenbucket.Metered.exact;
import static dev.stillgate.tokenbucket.Metered.served;
import static dev.stillgate.tokenbucket.Policies.account;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.withoutBatches;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.BucketPage;
import dev.stillgate.tokenbucket.Metered;
import dev.stillgate.tokenbucket.Policies;
import dev.stillgate.tokenbucket.policy.Measure;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Charges for responses that are fetched after they were generated. */
final class DeferredChargesTest {
    private static final long CAPACITY = 100_000;
    private final Metered metered = new Metered(
            limit("requests", CAPACITY, "1/1h"),
            limit("in", Measure.INPUT_TOKENS, CAPACITY, "1/1h"),
            limit("out", Measure.OUTPUT_TOKENS, CAPACITY, "1/1h"));

    @Test
    void batchIsChargedInputAtOnceAndOutputAtFirstFetch() {
        FakeExchange sent = metered.messages().asks(Provider.ANTHROPIC, Operation.MESSAGE_BATCH, "POST", "/v1/batches");
        metered.begin(sent, FakeBody.batch(3, FakeBody.prompt("m", 100, 4000)));
        metered.end(sent, served(Usage.NONE));
        assertCharged(3, 300, 0);
        fetch("/v1/messages/batches/b1/results", served(exact(280, 900)));
        assertCharged(4, 300, 900);
        fetch("/v1/messages/batches/b1/results", served(exact(280, 900)));
        assertCharged(5, 300, 900);
    }

    @Test
    void grownResultsAreChargedTheirGrowth() {
        fetch("/v1/messages/batches/b1/results", served(exact(280, 900)));
        fetch("/v1/messages/batches/b1/results", served(exact(280, 1000)));
        fetch("/v1/messages/batches/b1/results", served(exact(280, 10)));
        fetch("/v1/messages/batches/b1/results", served(exact(280, 1000)));
        assertCharged(4, 0, 1000);
    }

    @Test
    void resultsAreChargedSeparately() {
        fetch("/v1/messages/batches/b1/results", served(exact(1, 900)));
        fetch("/v1/messages/batches/b2/results", served(exact(1, 50)));
        FakeExchange file =
                metered.messages().asks(Provider.OPENAI, Operation.FILE_CONTENT, "GET", "/v1/files/f/content");
        assertThat(metered.harness.request(file)).isSameAs(Verdict.ALLOW);
        metered.end(file, served(exact(3, 7)));
        assertCharged(3, 3, 957); // the input of a file of requests is charged with its results
    }

    @Test
    void fileOfRequestsIsChargedWithEachOfItsResults() {
        FakeExchange upload = metered.messages().asks(Provider.OPENAI, Operation.FILE_UPLOAD, "POST", "/v1/files");
        assertThat(metered.harness.request(upload)).isSameAs(Verdict.ALLOW);
        assertThat(metered.harness.body(upload, FakeBody.batch(2, FakeBody.prompt("m", 50, 10))))
                .isSameAs(Verdict.ALLOW);
        metered.end(upload, served(Usage.NONE));
        assertCharged(2, 0, 0);
        for (String results : List.of("/v1/files/out-1/content", "/v1/files/out-2/content")) {
            for (int i = 0; i < 2; i++) {
                FakeExchange file = metered.messages().asks(Provider.OPENAI, Operation.FILE_CONTENT, "GET", results);
                assertThat(metered.harness.request(file)).isSameAs(Verdict.ALLOW);
                metered.end(file, served(exact(100, 20)));
            }
        }
        assertCharged(6, 200, 40);
    }

    @Test
    void incompleteResultsAreChargedTheDeliveredOutput() {
        String path = "/v1/messages/batches/b1/results";
        fetch(path, new Outcome.DownstreamGone(200, exact(280, 850), 1, 1, Outcome.Phase.STREAMING));
        assertCharged(1, 0, 850);
        fetch(path, new Outcome.Truncated(200, exact(280, 860), 1, 1, "x"));
        fetch(path, new Outcome.DownstreamGone(0, Usage.NONE, 0, -1, Outcome.Phase.AWAITING_ANSWER));
        assertCharged(3, 0, 860);
        fetch(path, served(exact(280, 900)));
        assertCharged(4, 0, 900);
    }

    @Test
    void resultsWithoutUsageCostARequest() {
        fetch("/v1/messages/batches/b1/results", served(Usage.NONE));
        fetch("/v1/messages/batches/b1/results", new Outcome.Served(404, exact(9, 9), 1, 1));
        assertCharged(2, 0, 0);
    }

    @Test
    void costOverTheLimitIsADebt() {
        fetch("/v1/messages/batches/b1/results", served(exact(1, CAPACITY + 5000)));
        assertThat(metered.left("out")).isEqualTo(-5000);
        assertThat(metered.refused(10, 10).code()).isEqualTo("out");
    }

    @Test
    void limitWithoutBatchesIgnoresTheirResults() {
        Metered online = new Metered(withoutBatches(limit("out", Measure.OUTPUT_TOKENS, CAPACITY, "1/1h")));
        FakeExchange fetched = online.messages()
                .asks(Provider.ANTHROPIC, Operation.MESSAGE_BATCH_RESULTS, "GET", "/v1/messages/batches/b1/results");
        assertThat(online.harness.request(fetched)).isSameAs(Verdict.ALLOW);
        online.end(fetched, served(exact(1, 900)));
        assertThat(online.left("out")).isEqualTo(CAPACITY);
    }

    @Test
    void backgroundResponseIsCorrectedWhenFetchedInFull() {
        background("resp_1", 100, 4000);
        assertCharged(1, 100, 4000);
        poll("resp_1", Metered.ACCOUNT, served(Usage.NONE)); // queued
        poll("resp_1", Metered.ACCOUNT, served(estimated(-1, 3))); // in progress
        assertCharged(3, 100, 4000);
        poll("resp_1", Metered.ACCOUNT, served(exact(90, 700)));
        assertCharged(4, 90, 700);
        poll("resp_1", Metered.ACCOUNT, served(exact(90, 700)));
        assertCharged(5, 90, 700);
    }

    @Test
    void backgroundResponseIsChargedAfterTheClientLeft() {
        FakeExchange left = metered.begin(
                metered.responses().answered("resp_1"),
                FakeBody.prompt("m", 100, 4000).later());
        metered.end(left, new Outcome.DownstreamGone(200, estimated(-1, 3), 1, 1, Outcome.Phase.STREAMING));
        assertCharged(1, 100, 4000);
        poll("resp_1", Metered.ACCOUNT, served(exact(90, 9000)));
        assertCharged(2, 90, 9000);
    }

    @Test
    void partsOfABackgroundResponseAreChargedUntilAllOfItIsFetched() {
        FakeExchange left = metered.begin(
                metered.responses().answered("resp_1"),
                FakeBody.prompt("m", 100, 4000).later());
        metered.end(left, new Outcome.DownstreamGone(200, estimated(-1, 300), 1, 1, Outcome.Phase.STREAMING));
        assertCharged(1, 100, 4000);
        Outcome part = new Outcome.DownstreamGone(200, estimated(-1, 9300), 1, 1, Outcome.Phase.STREAMING);
        poll("resp_1", Metered.ACCOUNT, part);
        assertCharged(2, 100, 9300);
        poll("resp_1", Metered.ACCOUNT, part);
        assertCharged(3, 100, 9300);
        poll("resp_1", Metered.ACCOUNT, served(exact(90, 9400)));
        assertCharged(4, 90, 9400);
        poll("resp_1", Metered.ACCOUNT, part);
        assertCharged(5, 90, 9400);
    }

    @Test
    void correctionCreditsOnlyThePoolThatWasCharged() {
        metered.reload(Policies.pooled(
                Map.of(Measure.OUTPUT_TOKENS, "100000/1d"), limit("out", Measure.OUTPUT_TOKENS, CAPACITY, "1/1h")));
        metered.harness.context().stands(Metered.ACCOUNT.id(), Standing.POOLED, "c-1");
        background("resp_1", 100, 4000);
        metered.harness.context().stands(Metered.ACCOUNT.id(), Standing.POOLED, "c-2");
        metered.served(metered.begin(10, 1000), 10, 1000);
        poll("resp_1", Metered.ACCOUNT, served(exact(90, 700)));
        assertThat(poolLeft("c-1")).isEqualTo(100_000 - 1000 - 700);
        assertThat(poolLeft("c-2")).isEqualTo(100_000 - 1000);
        assertThat(metered.left("out")).isEqualTo(CAPACITY - 1000 - 700);
    }

    private long poolLeft(String pool) {
        Map<String, Long> levels = metered.levels("pools", pool).get("null");
        assertThat(levels.get("out")).isEqualTo(levels.get("pool-output-tokens"));
        return levels.get("out");
    }

    @Test
    void unawaitedBackgroundResponseIsChargedItsReservation() {
        FakeExchange left = metered.begin(
                metered.responses(), FakeBody.prompt("m", 100, 4000).later());
        metered.end(left, new Outcome.DownstreamGone(0, Usage.NONE, 0, -1, Outcome.Phase.AWAITING_ANSWER));
        assertCharged(1, 100, 4000);
    }

    @Test
    void backgroundResponseIsChargedDeliveredOutputIfMore() {
        FakeExchange cut = metered.begin(
                metered.responses().answered("resp_1"),
                FakeBody.prompt("m", 100, 4000).later());
        metered.end(cut, new Outcome.Truncated(200, estimated(-1, 6000), 1, 1, "idle"));
        assertCharged(1, 100, 6000);
        poll("resp_1", Metered.ACCOUNT, served(exact(90, 6100)));
        assertCharged(2, 90, 6100);
    }

    @Test
    void backgroundResponseReturnsAtMostItsReservation() {
        background("resp_1", 100, FakeBody.chat("x").maxTokens());
        assertCharged(1, 100, 16_384);
        metered.reload(Policies.policy(
                limit("requests", CAPACITY, "1/1h"),
                limit("in", Measure.INPUT_TOKENS, CAPACITY, "1/1h"),
                Policies.ceiling(CAPACITY, limit("out", Measure.OUTPUT_TOKENS, CAPACITY, "1/1h"))));
        metered.begin(10, 20_000);
        poll("resp_1", Metered.ACCOUNT, served(exact(100, 700)));
        assertThat(metered.left("out")).isEqualTo(CAPACITY - 20_000 - 700);
    }

    @Test
    void backgroundResponseIsCorrectedUnderTheCurrentTier() {
        Metered tiered =
                new Metered(Policies.tiers(Map.of("gold", 4.0), limit("out", Measure.OUTPUT_TOKENS, CAPACITY, "1/1h")));
        FakeExchange asked = tiered.begin(
                tiered.responses().answered("resp_1"),
                FakeBody.prompt("m", 1, 1000).later());
        tiered.end(asked, served(Usage.NONE));
        Account gold = Policies.ofTier(Metered.ACCOUNT.id(), "gold");
        FakeExchange fetched = tiered.messages()
                .by(gold)
                .asks(Provider.OPENAI, Operation.STORED_RESPONSE, "GET", "/v1/responses/resp_1");
        assertThat(tiered.harness.request(fetched)).isSameAs(Verdict.ALLOW);
        tiered.end(fetched, served(exact(1, 700)));
        assertThat(tiered.levels("accounts", gold.id()).get("null")).containsEntry("out", CAPACITY - 700);
        assertThat(((BucketPage) tiered.harness.context().shows("accounts", gold.id())).tier())
                .isEqualTo("gold");
    }

    @Test
    void abortedResultsAreChargedTheReportedUsage() {
        fetch(
                "/v1/messages/batches/b1/results",
                new Outcome.DownstreamGone(200, exact(280, 900), 1, 1, Outcome.Phase.STREAMING));
        assertCharged(1, 0, 900);
        fetch("/v1/messages/batches/b1/results", new Outcome.Truncated(200, exact(280, 1000), 1, 1, "idle"));
        assertCharged(2, 0, 1000);
    }

    @Test
    void backgroundResponseIsChargedToTheRequestingAccount() {
        background("resp_1", 100, 4000);
        poll("resp_1", account("other"), served(exact(90, 4100)));
        assertCharged(1, 90, 4100);
        assertThat(metered.left("other", "out")).isEqualTo(CAPACITY);
        assertThat(metered.left("other", "requests")).isEqualTo(CAPACITY - 1);
    }

    @Test
    void unboundedBackgroundResponseIsCorrected() {
        background("resp_1", 100, FakeBody.chat("x").maxTokens());
        assertThat(metered.left("out")).isEqualTo(CAPACITY - 16_384);
        poll("resp_1", Metered.ACCOUNT, served(exact(90, 700)));
        assertCharged(2, 90, 700);
    }

    @Test
    void otherStoredResponsesCostOnlyARequest() {
        FakeExchange exchange = metered.begin(metered.responses().answered("resp_2"), FakeBody.prompt("m", 100, 4000));
        metered.end(exchange, served(exact(90, 700)));
        poll("resp_2", Metered.ACCOUNT, served(exact(90, 700)));
        poll("resp_unheard", Metered.ACCOUNT, served(exact(90, 700)));
        assertCharged(3, 90, 700);
    }

    @Test
    void deferredChargesSurviveAReload() {
        background("resp_1", 100, 4000);
        fetch("/v1/messages/batches/b1/results", served(exact(280, 900)));
        metered.reload(Policies.policy(
                limit("in", Measure.INPUT_TOKENS, CAPACITY, "1/1h"),
                limit("requests", CAPACITY, "1/1h"),
                limit("out", Measure.OUTPUT_TOKENS, CAPACITY, "1/2h")));
        fetch("/v1/messages/batches/b1/results", served(exact(280, 900)));
        poll("resp_1", Metered.ACCOUNT, served(exact(90, 700)));
        assertCharged(4, 90, 1600);
    }

    private void background(String id, long input, long output) {
        FakeExchange exchange = metered.begin(
                metered.responses().answered(id),
                FakeBody.prompt("m", input, output).later());
        metered.end(exchange, served(Usage.NONE));
    }

    private void poll(String id, Account by, Outcome outcome) {
        FakeExchange exchange = metered.messages()
                .by(by)
                .asks(Provider.OPENAI, Operation.STORED_RESPONSE, "GET", "/v1/responses/" + id);
        assertThat(metered.harness.request(exchange)).isSameAs(Verdict.ALLOW);
        metered.end(exchange, outcome);
    }

    private void fetch(String path, Outcome outcome) {
        FakeExchange exchange =
                metered.messages().asks(Provider.ANTHROPIC, Operation.MESSAGE_BATCH_RESULTS, "GET", path);
        assertThat(metered.harness.request(exchange)).isSameAs(Verdict.ALLOW);
        metered.end(exchange, outcome);
    }

    private void assertCharged(long requests, long input, long output) {
        assertThat(metered.left("requests")).as("requests").isEqualTo(CAPACITY - requests);
        assertThat(metered.left("in")).as("input").isEqualTo(CAPACITY - input);
        assertThat(metered.left("out")).as("output").isEqualTo(CAPACITY - output);
    }
}
