package dev.stillgate.proxy.dialect.prose;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.ResponseTap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The blocks of a response, by their dialect's keys, and the tap that they go through. */
final class ProseBlocks {
    /** The most blocks that are told apart; the text of further ones passes as it came. */
    static final int MOST = 4096;

    private final ResponseTap.Prose tap;
    private final Map<Long, ProseBlock> byKey = new HashMap<>();
    private int begun;
    private boolean any;

    ProseBlocks(ResponseTap.Prose tap) {
        this.tap = tap;
    }

    @Nullable
    ProseBlock find(long key) {
        return byKey.get(key);
    }

    Iterable<ProseBlock> all() {
        return byKey.values();
    }

    /** Begins a block of prose that comes in pieces, or is repeated later. */
    ProseBlock begin(long key) {
        if (byKey.size() >= MOST) {
            return new ProseBlock(key, -1, null);
        }
        ProseBlock block = new ProseBlock(key, begun, begin());
        byKey.put(key, block);
        return block;
    }

    /** Begins a block of prose that stands whole. */
    ProseRun begin() {
        any = true;
        return new ProseRun(tap.onBlock(begun++), Long.MAX_VALUE);
    }

    /** Takes note that a block is none of prose. */
    void refuse(long key) {
        if (byKey.size() < MOST) {
            byKey.put(key, new ProseBlock(key, -1, null));
        }
    }

    /** Begins a block once more, which is to become the text that was passed on, as far as the tap had a hand in it. */
    ProseRun repeat(ProseBlock block) {
        ProseRun run = block.run;
        return new ProseRun(tap.onRepeat(block.index), run != null && block.abandoned ? run.taken() : Long.MAX_VALUE);
    }

    void part(BodyView.PartKind kind) {
        tap.onPart(kind);
    }

    /** Ends an answer of which something is known. */
    void endAnswer(@Nullable String id) {
        if (any || id != null) {
            tap.onAnswer(id, true);
        }
        any = false;
    }
}
