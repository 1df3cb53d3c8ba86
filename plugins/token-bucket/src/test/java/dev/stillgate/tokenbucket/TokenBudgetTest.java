package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Metered.estimated;
import static dev.stillgate.tokenbucket.Metered.exact;
import static dev.stillgate.tokenbucket.Policies.limit;
import static dev.stillgate.tokenbucket.Policies.strict;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Outcome.Phase;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeBody;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.tokenbucket.policy.Measure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many concurrent exchanges of one account against a small budget. */
@Timeout(60)
final class TokenBudgetTest {
    private static final int EXCHANGES = 500;
    private static final int BUDGET = 10;
    private static final long OUTPUT = 1000;
    private final Metered metered = new Metered(strict(limit("out", Measure.OUTPUT_TOKENS, BUDGET * OUTPUT, "1/1h")));

    @Test
    void strictLimitGrantsExactlyTenOfFiveHundred() {
        List<FakeExchange> granted = new ArrayList<>();
        List<FakeExchange> heads = new ArrayList<>();
        for (int i = 0; i < EXCHANGES; i++) {
            heads.add(metered.messages());
            assertThat(metered.harness.request(heads.get(i))).isSameAs(Verdict.ALLOW);
        }
        for (FakeExchange each : heads) {
            Verdict verdict = metered.harness.body(each, FakeBody.prompt("m", 10, OUTPUT));
            if (verdict == Verdict.ALLOW) {
                granted.add(each);
            } else {
                assertThat(((Verdict.Reject) verdict).kind()).isEqualTo(Verdict.Kind.TOKENS_LIMITED);
                metered.end(each, new Outcome.Rejected(429, Usage.NONE, 0, -1, "limits", "out"));
            }
        }
        assertThat(granted).hasSize(BUDGET);
        assertThat(metered.left("out")).isZero();
        long used = 0;
        for (int i = 0; i < BUDGET; i++) {
            metered.served(granted.get(i), 10, 37L * i);
            used += 37L * i;
        }
        assertThat(metered.left("out")).isEqualTo(BUDGET * OUTPUT - used);
        assertThat(metered.underWay()).isZero();
    }

    @Test
    void strictLimitGrantsExactlyTenToManyThreads() throws Exception {
        int threads = 16;
        CyclicBarrier start = new CyclicBarrier(threads);
        try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
            List<Callable<List<FakeExchange>>> work = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                List<FakeExchange> exchanges = new ArrayList<>();
                for (int i = t; i < EXCHANGES; i += threads) {
                    exchanges.add(metered.messages());
                }
                work.add(() -> {
                    start.await();
                    exchanges.removeIf(each -> metered.ask(each, FakeBody.prompt("m", 10, OUTPUT)) != Verdict.ALLOW);
                    return exchanges;
                });
            }
            List<FakeExchange> granted = new ArrayList<>();
            for (Future<List<FakeExchange>> each : pool.invokeAll(work)) {
                granted.addAll(each.get());
            }
            assertThat(granted).hasSize(BUDGET);
            List<Callable<Long>> ends = new ArrayList<>();
            for (FakeExchange each : granted) {
                ends.add(() -> {
                    metered.served(each, 10, 123);
                    return 123L;
                });
            }
            pool.invokeAll(ends);
        }
        assertThat(metered.left("out")).isEqualTo(BUDGET * (OUTPUT - 123));
    }

    /** With a ceiling, concurrent exchanges exceed the limit by exactly their output beyond the ceiling. */
    @Test
    void overshootIsTheExcessOverTheCeiling() {
        Metered loose =
                new Metered(Policies.ceiling(500, limit("out", Measure.OUTPUT_TOKENS, BUDGET * OUTPUT, "1/1h")));
        List<FakeExchange> granted = new ArrayList<>();
        for (int i = 0; i < EXCHANGES; i++) {
            FakeExchange each = loose.messages();
            if (loose.ask(each, FakeBody.prompt("m", 10, OUTPUT)) == Verdict.ALLOW) {
                granted.add(each);
            }
        }
        assertThat(granted).hasSize(2 * BUDGET);
        granted.forEach(each -> loose.served(each, 10, OUTPUT));
        assertThat(loose.left("out")).isEqualTo(-BUDGET * OUTPUT);
    }

    @Test
    void abortInEachPhaseIsChargedOnce() {
        Metered both = new Metered(
                limit("requests", 100, "1/1h"),
                limit("in", Measure.INPUT_TOKENS, 10_000, "1/1h"),
                limit("out", Measure.OUTPUT_TOKENS, 10_000, "1/1h"));
        abort(both, new Outcome.DownstreamGone(0, Usage.NONE, 0, -1, Phase.CONNECTING));
        assertThat(both.levels("accounts", "a-1").get("null"))
                .as("before the upstream was asked")
                .containsEntry("requests", 100L)
                .containsEntry("in", 10_000L)
                .containsEntry("out", 10_000L);
        abort(both, new Outcome.DownstreamGone(0, Usage.NONE, 0, -1, Phase.AWAITING_ANSWER));
        assertThat(both.levels("accounts", "a-1").get("null"))
                .as("before the head of the answer")
                .containsEntry("requests", 99L)
                .containsEntry("in", 9900L)
                .containsEntry("out", 10_000L);
        abort(both, new Outcome.DownstreamGone(200, Usage.NONE, 0, 1, Phase.STREAMING));
        assertThat(both.levels("accounts", "a-1").get("null"))
                .as("before the first token")
                .containsEntry("requests", 98L)
                .containsEntry("in", 9800L)
                .containsEntry("out", 10_000L);
        abort(both, new Outcome.DownstreamGone(200, estimated(90, 40), 9, 1, Phase.STREAMING));
        assertThat(both.levels("accounts", "a-1").get("null"))
                .as("in the middle")
                .containsEntry("requests", 97L)
                .containsEntry("in", 9710L)
                .containsEntry("out", 9960L);
        abort(both, new Outcome.DownstreamGone(200, exact(95, 55), 9, 1, Phase.STREAMING));
        assertThat(both.levels("accounts", "a-1").get("null"))
                .as("after the usage")
                .containsEntry("requests", 96L)
                .containsEntry("in", 9615L)
                .containsEntry("out", 9905L);
    }

    @Test
    void abortBeforeBodyTakesNothing() {
        Metered requests = new Metered(limit("requests", 5, "1/1h"));
        FakeExchange exchange = requests.messages();
        requests.harness.request(exchange);
        requests.end(exchange, new Outcome.DownstreamGone(0, Usage.NONE, 0, -1, Phase.READING_BODY));
        assertThat(requests.left("requests")).isEqualTo(5);
    }

    private static void abort(Metered metered, Outcome outcome) {
        FakeExchange exchange = metered.begin(100, 4000);
        metered.end(exchange, outcome);
        metered.end(exchange, outcome);
        assertThat(metered.underWay()).isZero();
    }
}
