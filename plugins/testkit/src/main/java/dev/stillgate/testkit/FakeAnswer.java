package dev.stillgate.testkit;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An answer on its way through a prose tap, in the order in which the engine would call it. */
public final class FakeAnswer {
    private final ResponseTap.Prose tap;
    private final List<String> blocks = new ArrayList<>();

    /** An answer that begins. */
    public FakeAnswer(ResponseTap.Prose tap) {
        this.tap = tap;
    }

    /**
     * Sends a block through, in pieces; returns what passes.
     *
     * @throws IllegalStateException when the tap says that it holds back more than it has taken, or than it may
     */
    public String block(String... deltas) {
        blocks.add(String.join("", deltas));
        return pass(tap.onBlock(blocks.size() - 1), deltas);
    }

    /** Repeats a block whole; returns what passes. */
    public String repeat(int index) {
        return pass(tap.onRepeat(index), blocks.get(index));
    }

    private static String pass(ResponseTap.Prose.Block block, String... deltas) {
        StringBuilder passed = new StringBuilder();
        long taken = 0;
        for (String delta : deltas) {
            passed.append(block.onText(delta));
            taken += delta.length();
            int held = block.held();
            if (held < 0 || held > taken || held > ResponseTap.Prose.Block.MOST_HELD) {
                throw new IllegalStateException("holds back " + held + " characters of " + taken);
            }
        }
        return passed.append(block.onEnd()).toString();
    }

    /** Tells of a part that is no prose. */
    public FakeAnswer part(BodyView.PartKind kind) {
        tap.onPart(kind);
        return this;
    }

    /** Ends the answer; returns when its last event may pass. */
    public Release end(@Nullable String id) {
        tap.onAnswer(id, true);
        return tap.onEnd();
    }
}
