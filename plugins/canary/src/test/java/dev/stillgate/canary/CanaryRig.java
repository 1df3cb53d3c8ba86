package dev.stillgate.canary;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.text.edit.ProseEditor;
import dev.stillgate.canary.text.edit.SiteListener;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.ShippedTable;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.Conversation;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;

/** A canary filter on a harness, its prose, and what is expected of it. */
abstract class CanaryRig {
    static final CanaryPolicy POLICY = new CanaryPolicy(null, null, null, null, null, null, null);
    static final String PROSE = """
            It is a good idea to look at the figures before you decide, because you do not want to be wrong about them. \
            In order to do this, you need to open the report. There is a table in it that is easy to read, and it does not \
            take a lot of time. If you are not sure what it means, you can ask somebody who is used to such tables. \
            They will not mind, and it is often the case that they have seen the same thing before.

            However, you should not rely on one table. I am sure that there is more than one way to look at it, and that \
            is not a bad thing. We have seen that people cannot agree on what they would like to know.
            """;

    final FilterHarness<CanaryPolicy> harness = new FilterHarness<>(new CanaryFactory());

    @TempDir
    Path directory;

    FilterHarness<CanaryPolicy> marked() {
        harness.context().stands("a-1", Standing.MARKED, "c3");
        return harness.policy(POLICY);
    }

    static String expected(String key) throws Exception {
        ClassTable table = ShippedTable.read();
        CanaryKey chosen = CanaryKey.derive(MasterSecret.test(), key, ClassSheet.of(table));
        ProseEditor editor = new ProseEditor(table, chosen, SiteListener.NONE);
        return editor.feed(PROSE).toString() + editor.end();
    }

    static String ofAccount(String id, String epoch) throws Exception {
        ClassSheet sheet = ClassSheet.of(ShippedTable.read());
        return new KeyDeriver(MasterSecret.test(), sheet, null).ofAccount(id, epoch);
    }

    static String pass(ResponseTap.Prose.Block block) {
        return block.onText(PROSE).toString() + block.onEnd();
    }

    ResponseTap answer(FakeExchange exchange, BodyView body) {
        assertThat(harness.body(exchange, body)).isEqualTo(Verdict.ALLOW);
        return harness.tap(exchange, 200);
    }

    ResponseTap.Prose prose(FakeExchange exchange) {
        ResponseTap tap = answer(exchange, Conversation.of("What should I look at?"));
        assertThat(tap).isInstanceOf(ResponseTap.Prose.class);
        return (ResponseTap.Prose) tap;
    }

    long skipped(Exemption why) {
        return harness.context().count("stillgate.canary.skipped", "reason", why.label());
    }

    long answers(String result) {
        return harness.context().count("stillgate.canary.answers", "result", result);
    }

    static void await(Release release) throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        if (release instanceof Release.Hold hold) {
            hold.onRelease(over::countDown);
            assertThat(over.await(10, TimeUnit.SECONDS)).as("released").isTrue();
            assertThat(hold.isExpired()).isFalse();
        }
    }

    void close() throws Exception {
        harness.context().state(CanaryState.class, () -> null).close();
    }

    void serve(String id, boolean delivered) throws Exception {
        ResponseTap.Prose tap = prose(harness.exchange());
        pass(tap.onBlock(0));
        pass(tap.onRepeat(0));
        tap.onResponse(id, delivered);
        if (delivered) {
            await(tap.onEnd());
        }
    }
}
