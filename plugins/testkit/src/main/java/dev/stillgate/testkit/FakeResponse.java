package dev.stillgate.testkit;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends a response through a prose tap, calling it in the order in which the engine does. */
public final class FakeResponse {
    private final ResponseTap.Prose tap;
    private final List<String> blocks = new ArrayList<>();

    /** Starts a response. */
    public FakeResponse(ResponseTap.Prose tap) {
        this.tap = tap;
    }

    /**
     * Sends a block through the tap in pieces; returns the forwarded text.
     *
     * @throws IllegalStateException if the tap reports more held text than it received or than is allowed
     */
    public String block(String... deltas) {
        blocks.add(String.join("", deltas));
        return pass(tap.onBlock(blocks.size() - 1), deltas);
    }

    /** Repeats a whole block; returns the forwarded text. */
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

    /** Adds a part that is not prose. */
    public FakeResponse part(BodyView.PartKind kind) {
        tap.onPart(kind);
        return this;
    }

    /** Ends the response; returns the release of its last event. */
    public Release end(@Nullable String id) {
        tap.onResponse(id, true);
        return tap.onEnd();
    }
}
