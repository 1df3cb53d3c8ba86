package dev.stillgate.canary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.text.edit.ProseEditor;
import dev.stillgate.canary.text.edit.SiteListener;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.ShippedTable;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Standing;
import dev.stillgate.testkit.Conversation;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FilterHarness;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that reuse the editor of an earlier one, whatever state the earlier one left it in. */
class EditorPoolTest {
    /** Prose, then text that leaves each kind of state open. */
    private static final String PROSE = """
            It is a good idea to look at the figures before you decide, because you do not want to be wrong about them. \
            In order to do this, you need to open the report. There is a table in it that is easy to read, and it does not \
            take a lot of time. If you are not sure what it means, you can ask somebody who is used to such tables. \
            “You should not,” she said, “rely on one table.” I am sure that there is more than one way to look at it.

            - Run `x = do not` and **do not** stop (it is not $a = b$), because they cannot agree on it.

            ```
            it is not prose
            ```

            However, they will not mind, and it is often the case that they have seen the same thing before.
            """;

    /** Text whose end is held back, because a form may begin there. */
    private static final String OPEN = "However, we know that these people are not sure about the table, and they do";

    private static final int PIECE = 7;

    private final FilterHarness<CanaryPolicy> harness = new FilterHarness<>(new CanaryFactory());

    @BeforeEach
    void markTwoGroups() {
        harness.context().stands("a-1", Standing.MARKED, "c3");
        harness.context().stands("a-2", Standing.MARKED, "c4");
        harness.policy(new CanaryPolicy(null, null, null, null, null, null, null));
    }

    private ResponseTap.Prose tap(String account) {
        FakeExchange exchange = harness.exchange().by(FakeExchange.listed(account));
        harness.body(exchange, Conversation.of("What should I look at?"));
        return (ResponseTap.Prose) harness.tap(exchange, 200);
    }

    private static String fresh(String key) throws Exception {
        return fresh(key, PROSE);
    }

    private static String fresh(String key, String prose) throws Exception {
        ClassTable table = ShippedTable.read();
        CanaryKey chosen = CanaryKey.derive(MasterSecret.test(), key, ClassSheet.of(table));
        ProseEditor editor = new ProseEditor(table, chosen, SiteListener.NONE);
        return editor.feed(prose).toString() + editor.end();
    }

    /** Feeds the block of a response in pieces. */
    private static final class Reading {
        private final ResponseTap.Prose tap;
        private final ResponseTap.Prose.Block block;
        private final StringBuilder text = new StringBuilder();
        private int at;

        Reading(ResponseTap.Prose tap) {
            this.tap = tap;
            block = tap.onBlock(0);
        }

        /** Reads a piece; returns false once the response has ended. */
        boolean step() {
            if (at == PROSE.length()) {
                end();
                return false;
            }
            int to = Math.min(PROSE.length(), at + PIECE);
            text.append(block.onText(PROSE.substring(at, to)));
            at = to;
            return true;
        }

        void end() {
            text.append(block.onEnd());
            tap.onResponse("msg_1", true);
            tap.onEnd();
        }

        String rest() {
            while (step()) {
                // reads on
            }
            return text.toString();
        }
    }

    @Test
    void answerThatBrokeAnywhereLeavesNothingToTheNext() throws Exception {
        String first = fresh("c3/2026-Q1");
        String second = fresh("c4/2026-Q1");
        assertThat(first).isNotEqualTo(second).isNotEqualTo(PROSE);
        for (int steps = 0; steps < PROSE.length() / PIECE; steps++) {
            Reading broken = new Reading(tap("a-1"));
            for (int i = 0; i < steps; i++) {
                broken.step();
            }
            if (steps % 2 == 0) {
                broken.end(); // the upstream broke; else the client has gone, and nothing is ended
            }
            assertThat(new Reading(tap("a-2")).rest())
                    .as("after %d pieces", steps)
                    .isEqualTo(second);
            assertThat(new Reading(tap("a-1")).rest())
                    .as("after %d pieces", steps)
                    .isEqualTo(first);
        }
    }

    @Test
    void answersInTurnsDoNotShareState() throws Exception {
        String first = fresh("c3/2026-Q1");
        String second = fresh("c4/2026-Q1");
        List<Reading> open = new ArrayList<>();
        int ended = 0;
        for (int turn = 0; ended < 40; turn++) {
            if (turn % 20 == 0) {
                open.add(new Reading(tap("a-1")));
                open.add(new Reading(tap("a-2")));
            }
            for (Reading reading : List.copyOf(open)) {
                if (!reading.step()) {
                    open.remove(reading);
                    assertThat(reading.text.toString()).isEqualTo(ended % 2 == 0 ? first : second);
                    ended++;
                }
            }
        }
        assertThat(open).as("others were read meanwhile").isNotEmpty();
    }

    @Test
    void lastTextOfABlockIsValidUntilTheNextCall() throws Exception {
        Reading ended = new Reading(tap("a-1"));
        while (ended.at < PROSE.length()) {
            ended.step();
        }
        ended.text.append(ended.block.onText(OPEN));
        CharSequence last = ended.block.onEnd();
        assertThat(last).as("held back until the end").isNotEmpty();
        Reading other = new Reading(tap("a-2"));
        other.step();
        assertThat(ended.text.append(last).toString()).isEqualTo(fresh("c3/2026-Q1", PROSE + OPEN));
        assertThat(other.rest()).isEqualTo(fresh("c4/2026-Q1"));
    }

    @Test
    void endedBlockCannotReadOn() {
        ResponseTap.Prose tap = tap("a-1");
        ResponseTap.Prose.Block block = tap.onBlock(0);
        block.onText(PROSE);
        block.onEnd();
        assertThat(block.held()).isZero();
        assertThatThrownBy(() -> block.onText("more")).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(block::onEnd).isInstanceOf(NullPointerException.class);
    }
}
