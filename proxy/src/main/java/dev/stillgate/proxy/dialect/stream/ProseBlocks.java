package dev.stillgate.proxy.dialect.stream;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.ResponseTap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The blocks of a response by their dialect's keys, and the tap that receives their text. Not thread-safe. */
public final class ProseBlocks {
    /** Limit of the tracked blocks; the text of further blocks passes unchanged. */
    public static final int MOST = 4096;

    private final ResponseTap.Prose tap;
    private final Map<Long, ProseBlock> byKey = new HashMap<>();
    private int nextIndex;
    private boolean anyInResponse;

    public ProseBlocks(ResponseTap.Prose tap) {
        this.tap = tap;
    }

    public @Nullable ProseBlock find(long key) {
        return byKey.get(key);
    }

    public Iterable<ProseBlock> all() {
        return byKey.values();
    }

    /** Begins a prose block that arrives in pieces or is repeated later. */
    public ProseBlock begin(long key) {
        if (byKey.size() >= MOST) {
            return new ProseBlock(key, -1, null);
        }
        ProseBlock block = new ProseBlock(key, nextIndex, begin());
        byKey.put(key, block);
        return block;
    }

    /** Begins a prose block that arrives whole. */
    public ProseRun begin() {
        anyInResponse = true;
        return new ProseRun(tap.onBlock(nextIndex++), Long.MAX_VALUE);
    }

    /** Records that a block is not prose. */
    public void exclude(long key) {
        if (byKey.size() < MOST) {
            byKey.put(key, new ProseBlock(key, -1, null));
        }
    }

    /** Begins a repetition of a block, which the tap must replace by the same text as before. */
    public ProseRun repeat(ProseBlock block) {
        ProseRun run = block.run;
        return new ProseRun(tap.onRepeat(block.index), run != null && block.abandoned ? run.taken() : Long.MAX_VALUE);
    }

    public void part(BodyView.PartKind kind) {
        tap.onPart(kind);
    }

    /** Reports the end of a response to the tap, unless it had neither an id nor prose. */
    public void endResponse(@Nullable String id) {
        if (anyInResponse || id != null) {
            tap.onResponse(id, true);
        }
        anyInResponse = false;
    }
}
