package dev.stillgate.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.sketch.AccountReport;
import dev.stillgate.canary.sketch.AccountTrace;
import dev.stillgate.canary.sketch.SketchKey;
import dev.stillgate.spi.AdminAction;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.OrderBook;
import dev.stillgate.testkit.Conversation;
import dev.stillgate.testkit.FilterHarness;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Sketches of served answers: when they are kept, and their erasure. */
class CanarySketchesTest extends CanaryRig {
    private FilterHarness<CanaryPolicy> sketched(SketchPolicy sketches) {
        harness.context().keepsStateIn(directory);
        harness.context().stands("a-1", Standing.MARKED, "c3");
        harness.policy(new CanaryPolicy(null, null, null, null, null, null, sketches));
        answer(harness.exchange(), Conversation.of("x"));
        harness.ticker().advance(Duration.ofMillis(100));
        return harness;
    }

    private AccountReport trace() throws Exception {
        AccountTrace trace =
                new AccountTrace(SketchKey.of(MasterSecret.test()), List.of(directory.resolve("sketches")));
        trace.read(expected("c3/2026-Q1"));
        return trace.report();
    }

    @Test
    void deliveredAnswerIsSketchedAndErasedWithItsAccount() throws Exception {
        sketched(null);
        serve("msg_1", true);
        assertThat(trace().named()).as("written off the event loop").isEmpty();
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(harness.context().gauge("stillgate.canary.sketches")).isEqualTo(1);
        assertThat(trace().named()).hasSize(1).first().satisfies(named -> {
            assertThat(named.account()).isEqualTo("a-1");
            assertThat(named.values()).isGreaterThan(4);
        });
        assertThat(harness.context().does("accounts", AdminAction.ERASE, "a-2", Map.of()))
                .isNull();
        assertThat(harness.context().does("accounts", AdminAction.ERASE, "a-1", Map.of()))
                .isEqualTo(Map.of("sketches", 1L));
        assertThat(trace().named()).isEmpty();
        close();
    }

    @Test
    void orderOfErasureErasesSketchesHereAndAtAStoppedGateway() throws Exception {
        OrderBook book = new OrderBook(account -> "hash of " + account);
        harness.context().ordersIn(book);
        sketched(null);
        serve("msg_1", true);
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(trace().named()).hasSize(1);
        Path copy = Files.createDirectories(directory.resolve("copy/sketches"));
        copy(directory.resolve("sketches"), copy);
        harness.context().erases("a-1");
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(trace().named()).isEmpty();
        serve("msg_2", true);
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(trace().named()).as("served after the erasure").hasSize(1);
        close();

        FilterHarness<CanaryPolicy> stopped = new FilterHarness<>(new CanaryFactory());
        stopped.context().ordersIn(book).keepsStateIn(directory.resolve("copy"));
        stopped.policy(new CanaryPolicy(null, null, null, null, null, null, null));
        stopped.ticker().advance(Duration.ofSeconds(1));
        AccountTrace trace = new AccountTrace(SketchKey.of(MasterSecret.test()), List.of(copy));
        trace.read(expected("c3/2026-Q1"));
        assertThat(trace.report().named()).isEmpty();
        assertThat(copy.resolve("erased")).isNotEmptyFile();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void answersThatWereNotDeliveredAreNotSketched() throws Exception {
        sketched(null);
        serve("msg_1", false);
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(harness.context().gauge("stillgate.canary.sketches")).isZero();
        close();
        assertThat(directory.resolve("sketches")).doesNotExist();
    }

    @Test
    void shortAnswersAreNotSketched() throws Exception {
        sketched(null);
        ResponseTap.Prose tap = prose(harness.exchange());
        ResponseTap.Prose.Block block = tap.onBlock(0);
        block.onText("I am sorry, but I cannot help you with this request today. Is there anything else you need?");
        block.onEnd();
        tap.onResponse("msg_1", true);
        await(tap.onEnd());
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(harness.context().gauge("stillgate.canary.sketches")).isZero();
        close();
    }

    @Test
    void noSketchIsKeptWhenThePolicyKeepsNone() throws Exception {
        sketched(null);
        serve("msg_1", true);
        harness.ticker().advance(Duration.ofSeconds(1));
        sketched(new SketchPolicy(0));
        serve("msg_2", true);
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(harness.context().gauge("stillgate.canary.sketches")).isZero();
        assertThat(trace().sketches()).isZero();
        close();
        assertThatThrownBy(() -> new SketchPolicy(-1)).isInstanceOf(PolicyException.class);
        assertThatThrownBy(() -> new SketchPolicy(2_000_000_000)).isInstanceOf(PolicyException.class);
    }

    @Test
    void markingGoesOnWhenSketchesCannotBeWritten() throws Exception {
        Files.writeString(directory.resolve("sketches"), "in the way");
        sketched(null);
        serve("msg_1", true);
        harness.ticker().advance(Duration.ofSeconds(1));
        serve("msg_2", true);
        harness.ticker().advance(Duration.ofSeconds(1));
        assertThat(answers("witnessed")).isEqualTo(2);
        assertThat(harness.context().gauge("stillgate.canary.sketches.lost")).isEqualTo(2);
        close();
    }
}
