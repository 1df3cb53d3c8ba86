package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Metered.exact;
import static dev.stillgate.tokenbucket.Metered.served;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Measure;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Concurrency limits with and without batches. */
final class BatchConcurrencyTest {
    private static final Limit PROMPTS = concurrency("prompts", false);
    private static final Limit ALL = concurrency("all", true);

    private static Limit concurrency(String name, boolean batches) {
        return new Limit(name, Measure.CONCURRENCY, null, null, 2, null, null, null, null, null, batches);
    }

    private static FakeExchange batch(Metered metered) {
        FakeExchange sent =
                metered.messages().asks(Provider.ANTHROPIC, Operation.MESSAGE_BATCH, "POST", "/v1/messages/batches");
        return metered.begin(sent, FakeBody.batch(3, FakeBody.prompt("m", 10, 10)));
    }

    @Test
    @DisplayName("plugins 12: batches in flight do not count against a concurrency limit with batches: false")
    void batchesAreNotCounted() {
        Metered metered = new Metered(PROMPTS);
        FakeExchange one = batch(metered);
        batch(metered);
        assertThat(metered.left("prompts")).isEqualTo(2);
        FakeExchange prompt = metered.begin(1, 1);
        metered.begin(1, 1);
        assertThat(metered.refused(1, 1).code()).isEqualTo("prompts");
        metered.end(one, served(exact(1, 1)));
        assertThat(metered.refused(1, 1).code()).isEqualTo("prompts");
        metered.end(prompt, served(exact(1, 1)));
        metered.begin(1, 1);
    }

    @Test
    @DisplayName("plugins 12: a concurrency limit that a reload adds counts the exchanges in flight until they end")
    void newLimitCountsExchangesInFlight() {
        Metered metered = new Metered(PROMPTS);
        FakeExchange one = batch(metered);
        FakeExchange two = metered.begin(1, 1);
        metered.reload(Policies.policy(ALL, PROMPTS));
        assertThat(metered.refused(1, 1).code()).isEqualTo("all");
        metered.end(one, served(exact(1, 1)));
        assertThat(metered.left("all")).isEqualTo(1);
        assertThat(metered.left("prompts")).isEqualTo(1);
        metered.end(two, served(exact(1, 1)));
        assertThat(metered.left("all")).isEqualTo(2);
        assertThat(metered.left("prompts")).isEqualTo(2);
    }

    @Test
    @DisplayName("plugins 12: a concurrency limit changed to count batches releases each exchange it counted")
    void limitChangedToCountBatchesEndsAtZero() {
        Metered metered = new Metered(PROMPTS);
        FakeExchange one = batch(metered);
        FakeExchange two = metered.begin(1, 1);
        metered.reload(Policies.policy(concurrency("prompts", true)));
        FakeExchange three = batch(metered);
        for (FakeExchange each : new FakeExchange[] {one, two, three}) {
            metered.end(each, served(exact(1, 1)));
        }
        assertThat(metered.left("prompts")).isEqualTo(2);
    }

    @Test
    void limitThatIsTakenOutAndPutBackReleasesEachExchangeItCounted() {
        Limit requests = Policies.limit("requests", 100, "100/1m");
        Metered metered = new Metered(PROMPTS, requests);
        FakeExchange one = batch(metered);
        FakeExchange two = batch(metered);
        metered.reload(Policies.policy(requests));
        metered.served(metered.begin(1, 1), 1, 1);
        metered.reload(Policies.policy(PROMPTS, requests));
        assertThat(metered.refused(1, 1).code()).isEqualTo("prompts");
        metered.end(one, served(exact(1, 1)));
        metered.end(two, served(exact(1, 1)));
        assertThat(metered.left("prompts")).isEqualTo(2);
    }
}
