package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.ResponseHead;
import org.jspecify.annotations.Nullable;

/**
 * State of one exchange in its filter chain: phases that have run, decisions, and the values for the access log.
 * Reusable after {@link #reset}. Not thread-safe.
 */
public final class ChainProgress {
    /** The maximum number of recorded flags. Further flags are counted in the metrics only. */
    public static final int MAX_FLAGS = 8;

    private static final @Nullable String[] NO_FLAGS = {};

    /** Bit set of the filters that have run at least one exchange phase. */
    long ran;

    /** Bit set of the filters that made a decision other than {@link Decision#ALLOW}. */
    long decided;

    /** Bit set of the filters in shadow that would have refused; of their phases only completion still runs. */
    long over;

    /** Whether the time spent in each filter is measured. */
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
     * Returns the refusal that ended the chain, or null. After {@link FilterChain#onResponse} a refusal means that a
     * filter with {@code onError: closed} failed, and the upstream's response must not be forwarded.
     */
    public @Nullable Refusal refusal() {
        return refusal;
    }

    /** Returns the first filter in shadow that would have rejected or edited this exchange, or null. */
    public @Nullable String shadowFilter() {
        return shadowFilter;
    }

    /**
     * Returns the code that {@link #shadowFilter} would have refused with, or {@code tap}; may be null.
     */
    public @Nullable String shadowCode() {
        return shadowCode;
    }

    /** Returns the number of recorded flags, at most {@link #MAX_FLAGS}. */
    public int flagCount() {
        return flags;
    }

    /** Returns the filter that raised the flag at {@code index}, from 0. */
    public String flagFilter(int index) {
        return recorded(flagFilters, index);
    }

    /** Returns the reason of the flag at {@code index}, from 0. */
    public String flagReason(int index) {
        return recorded(flagReasons, index);
    }

    /** Sets whether the time spent in each filter is measured for this exchange. */
    public void time(boolean on) {
        timed = on;
    }

    /** Clears all state for the next exchange. */
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
        shadowHead.wrap(null);
    }

    /**
     * Checks that the exchange is not complete, since anything a later phase acquired would leak.
     *
     * @throws IllegalStateException if {@link #complete} has been called
     */
    void requireOpen() {
        if (completed) {
            throw new IllegalStateException("the exchange is already complete");
        }
    }

    /** Marks the exchange complete; returns false if it already was. */
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

    /** Returns a view of a response head that ignores added fields. Null invalidates the view. */
    ResponseHead shadowed(@Nullable ResponseHead head) {
        shadowHead.wrap(head);
        return shadowHead;
    }

    private String recorded(@Nullable String[] values, int index) {
        String value = index < flags ? values[index] : null;
        if (value == null) {
            throw new IndexOutOfBoundsException(index);
        }
        return value;
    }

    /** View of a response head for filters in shadow: header fields that they add are ignored. */
    static final class ShadowHead implements ResponseHead {
        private @Nullable ResponseHead head;

        void wrap(@Nullable ResponseHead wrapped) {
            head = wrapped;
        }

        @Override
        public int status() {
            return valid().status();
        }

        @Override
        public Headers headers() {
            return valid().headers();
        }

        @Override
        public void add(Header header) {
            valid();
        }

        private ResponseHead valid() {
            if (head == null) {
                throw new IllegalStateException("a response head is only valid during the call of onResponse");
            }
            return head;
        }
    }
}
