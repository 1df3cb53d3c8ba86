package dev.stillgate.proxy.chain;

import dev.stillgate.spi.ResponseHead;
import org.jspecify.annotations.Nullable;

/**
 * How far one exchange has come through its chain, and what the access log wants to know of the way. One for each
 * exchange, used with one chain on one thread, reused after {@link #reset}.
 */
public final class ChainProgress {
    /** The most flags that are kept; more are counted and not recorded. */
    public static final int MAX_FLAGS = 8;

    private static final @Nullable String[] NO_FLAGS = {};

    /** The filters, by bit, of which an exchange phase has begun. */
    long ran;

    /** The filters, by bit, that did more than allow. */
    long decided;

    /** The filters in shadow, by bit, that would have refused: to them the exchange is over but for its completion. */
    long over;

    /** Whether the time that each filter takes is measured. */
    boolean timed;

    private boolean completed;
    private @Nullable Refusal refusal;
    private @Nullable String shadowFilter;
    private @Nullable String shadowCode;
    private @Nullable String[] flagFilters = NO_FLAGS;
    private @Nullable String[] flagReasons = NO_FLAGS;
    private int flags;
    private final ShadowHead shadowHead = new ShadowHead();

    /**
     * Returns the refusal that ended the chain, or null. After {@link FilterChain#onResponse} this is the only sign that
     * a filter with {@code onError: closed} failed: then nothing of the upstream's answer may be passed on.
     */
    public @Nullable Refusal refusal() {
        return refusal;
    }

    /** Returns the first filter in shadow that would have refused or slowed this exchange, or null. */
    public @Nullable String shadowFilter() {
        return shadowFilter;
    }

    /** Returns the code with which {@link #shadowFilter} would have refused, {@code pace} when it would have slowed. */
    public @Nullable String shadowCode() {
        return shadowCode;
    }

    /** Returns how many flags were kept, at most {@link #MAX_FLAGS}. */
    public int flagCount() {
        return flags;
    }

    /** Returns the filter that raised the flag at {@code index}, from 0. */
    public String flagFilter(int index) {
        return kept(flagFilters, index);
    }

    /** Returns the reason of the flag at {@code index}, from 0. */
    public String flagReason(int index) {
        return kept(flagReasons, index);
    }

    /** Has the time that each filter takes at this exchange measured, or not. */
    public void time(boolean on) {
        timed = on;
    }

    /** Makes this ready for another exchange. */
    public void reset() {
        ran = 0;
        decided = 0;
        over = 0;
        timed = false;
        completed = false;
        refusal = null;
        shadowFilter = null;
        shadowCode = null;
        for (int i = 0; i < flags; i++) {
            flagFilters[i] = null;
            flagReasons[i] = null;
        }
        flags = 0;
        shadowHead.lend(null);
    }

    /** Refuses a phase after completion: what it took, nobody would give back. */
    void requireOpen() {
        if (completed) {
            throw new IllegalStateException("the exchange is complete");
        }
    }

    /** Returns true the first time. */
    boolean complete() {
        boolean first = !completed;
        completed = true;
        return first;
    }

    Refusal refuse(Refusal by) {
        refusal = by;
        return by;
    }

    void shadow(String filter, String code) {
        if (shadowFilter == null) {
            shadowFilter = filter;
            shadowCode = code;
        }
    }

    void flag(String filter, String reason) {
        if (flagFilters.length == 0) {
            flagFilters = new @Nullable String[MAX_FLAGS];
            flagReasons = new @Nullable String[MAX_FLAGS];
        }
        if (flags < MAX_FLAGS) {
            flagFilters[flags] = filter;
            flagReasons[flags++] = reason;
        }
    }

    /** Lends a head that can be read and not added to; null takes it back. */
    ResponseHead shadowed(@Nullable ResponseHead head) {
        shadowHead.lend(head);
        return shadowHead;
    }

    private String kept(@Nullable String[] of, int index) {
        String value = index < flags ? of[index] : null;
        if (value == null) {
            throw new IndexOutOfBoundsException(index);
        }
        return value;
    }
}
