package dev.stillgate.proxy.chain;

import dev.stillgate.proxy.chain.ChainCompiler.ChainMeters;
import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Verdict;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One filter of a chain with its {@code mode} and {@code onError}, which are applied here and nowhere else.
 * Thread-safe: the cached refusals are written without a lock because any of the racing values is correct.
 */
final class ChainLink {
    /** The refusal code used if the filter threw instead of returning a verdict. */
    static final String FILTER_FAILED = "filter-failed";

    /** The shadow code recorded if a filter in shadow would have tapped the response's prose. */
    static final String TAPPED = "tap";

    static final String CONNECTION_REFUSED = "connection-refused";
    private static final Verdict.Reject FAILURE =
            new Verdict.Reject(Verdict.Kind.INTERNAL, FILTER_FAILED, "The gateway could not process this request.");
    private static final Set<FilterPhase> DECIDING_PHASES =
            EnumSet.of(FilterPhase.REQUEST, FilterPhase.BODY, FilterPhase.RESPONSE);

    final FilterSpec spec;
    final Filter filter;
    final long bit;
    final boolean enforcing;
    final @Nullable CompletionFilter completion;

    /**
     * Whether the filter has an exchange phase before completion. Filters without one are completed for every exchange.
     */
    final boolean decides;

    /** Whether the filter is enforcing and requires token usage in every response. */
    final boolean requiresUsage;

    /** Whether the filter, enforcing or in shadow, needs the response's content parts in its {@code Outcome}. */
    final boolean readsResponse;

    final Set<FilterPhase> phases;
    private final Map<Decision, LongAdder> counts = new EnumMap<>(Decision.class);
    private final Map<FilterPhase, LongConsumer> times = new EnumMap<>(FilterPhase.class);
    private final StandingsBoard standings;
    private final Ticker ticker;
    private final LongAdder allowed;
    private final FailureLog failures;
    private final Refusal failure;
    private @Nullable Refusal lastRefusal;
    private volatile @Nullable String lastReject;

    ChainLink(FilterSpec spec, Filter filter, int index, ChainMeters meters, StandingsBoard standings, Ticker ticker) {
        this.standings = standings;
        this.spec = spec;
        this.filter = filter;
        this.bit = 1L << index;
        this.enforcing = spec.mode() == FilterMode.ENFORCE;
        this.completion = filter instanceof CompletionFilter phase ? phase : null;
        this.requiresUsage = enforcing && completion != null && completion.requiresUsage();
        this.readsResponse = completion != null && completion.readsResponse();
        this.phases = FilterPhase.of(filter);
        this.decides = phases.stream().anyMatch(DECIDING_PHASES::contains);
        this.failures = new FailureLog(spec.name(), ticker);
        this.failure = new Refusal(spec.name(), FAILURE);
        for (Decision decision : Decision.values()) {
            counts.put(decision, meters.decisions(spec.name(), decision, spec.mode()));
        }
        this.allowed = adder(Decision.ALLOW);
        this.ticker = ticker;
        for (FilterPhase phase : phases) {
            times.put(phase, meters.times(spec.name(), phase));
        }
    }

    /** Returns the start time of a phase for {@link #took}, or 0 if this exchange is not timed. */
    long begins(ChainProgress progress) {
        return progress.timed ? ticker.nanos() : 0;
    }

    /** Records the duration of a phase if this exchange is timed. */
    void took(FilterPhase phase, ChainProgress progress, long begun) {
        if (progress.timed) {
            LongConsumer taken = times.get(phase);
            if (taken != null) {
                taken.accept(ticker.nanos() - begun);
            }
        }
    }

    /**
     * Returns whether verdicts on an exchange are enforced. A filter in shadow enforces its verdicts on accounts whose
     * standing an operator has set.
     */
    private boolean enforces(Exchange exchange) {
        return enforcing || standings.isOrdered(spec.name(), exchange.account());
    }

    /** Counts and applies a verdict; returns a refusal if the request must be rejected, else null. */
    @Nullable
    Refusal judge(Verdict verdict, Exchange exchange, ChainProgress progress) {
        return switch (verdict) {
            case Verdict.Allow allow -> null;
            case Verdict.Flag flag -> {
                count(Decision.FLAG, progress);
                progress.flag(spec.name(), flag.reason());
                yield null;
            }
            case Verdict.Reject reject -> {
                count(Decision.REJECT, progress);
                yield refuse(reject, exchange, progress);
            }
        };
    }

    /**
     * Counts and logs a failure in a phase of an exchange; returns a refusal if the request must be rejected, else
     * null.
     *
     * @throws VirtualMachineError the failure itself if it is fatal for the process
     */
    @Nullable
    Refusal failed(FilterPhase phase, Throwable thrown, ChainProgress progress) {
        report(phase, thrown);
        progress.decided |= bit;
        if (spec.onError() == OnError.OPEN) {
            progress.flag(spec.name(), FILTER_FAILED);
            return null;
        }
        if (enforcing) {
            return progress.refuse(failure);
        }
        progress.shadow(spec.name(), FILTER_FAILED);
        return null;
    }

    /** Counts the filter's decision on a connection; returns whether the connection stays open. */
    boolean connected(boolean accepted) {
        if (accepted) {
            allowed.increment();
            return true;
        }
        adder(Decision.REJECT).increment();
        rememberReject(CONNECTION_REFUSED);
        return !enforcing;
    }

    /** Counts and logs a failure in the connection phase; returns whether the connection stays open. */
    boolean connectionFailed(Throwable thrown) {
        report(FilterPhase.CONNECTION, thrown);
        return !enforcing || spec.onError() == OnError.OPEN;
    }

    /** Combines the taps of the filters before this one with this filter's tap. */
    ForwardedTap tapped(ForwardedTap before, ResponseTap tap, ChainProgress progress) {
        return switch (tap) {
            case ResponseTap.None none -> before;
            case ResponseTap.Prose prose -> {
                count(Decision.TAP, progress);
                if (!enforcing) {
                    progress.shadow(spec.name(), TAPPED);
                }
                ResponseTap.Prose guarded = new GuardedProse(this, prose, progress);
                ResponseTap.Prose other = before.prose();
                yield new ForwardedTap(
                        other == null ? guarded : new TapSequence(other, guarded), before.edits() || enforcing);
            }
        };
    }

    /** Counts and logs a failure in the completion phase, in which the request can no longer be rejected. */
    void completionFailed(Throwable thrown, ChainProgress progress) {
        report(FilterPhase.COMPLETION, thrown);
        progress.decided |= bit;
    }

    /** Counts an {@link Decision#ALLOW} for a complete exchange on which this filter made no other decision. */
    void settled(ChainProgress progress) {
        if (decides && (progress.decided & bit) == 0) {
            allowed.increment();
        }
    }

    FilterSnapshot snapshot() {
        Map<Decision, Long> sums = new EnumMap<>(Decision.class);
        counts.forEach((decision, count) -> sums.put(decision, count.sum()));
        return new FilterSnapshot(spec.name(), spec.type(), spec.mode(), spec.onError(), phases, sums, lastReject);
    }

    @SuppressWarnings("ReferenceEquality") // comparing the fields of a refusal costs more than creating a new one
    private @Nullable Refusal refuse(Verdict.Reject reject, Exchange exchange, ChainProgress progress) {
        rememberReject(reject.code());
        if (!enforces(exchange)) {
            progress.shadow(spec.name(), reject.code());
            progress.over |= bit;
            return null;
        }
        Refusal refusal = lastRefusal;
        if (refusal == null || refusal.verdict() != reject) { // filters that return a constant reuse one refusal
            refusal = new Refusal(spec.name(), reject);
            lastRefusal = refusal;
        }
        return progress.refuse(refusal);
    }

    @SuppressWarnings("ReferenceEquality") // only avoids a write to a cache line shared by all event loops
    private void rememberReject(String code) {
        if (lastReject != code) {
            lastReject = code;
        }
    }

    private void count(Decision decision, ChainProgress progress) {
        progress.decided |= bit;
        adder(decision).increment();
    }

    private void report(FilterPhase phase, Throwable thrown) {
        adder(Decision.ERROR).increment();
        if (thrown instanceof VirtualMachineError fatal && FailureLog.isFatal(thrown)) {
            throw fatal;
        }
        failures.failed(phase.label(), thrown);
    }

    private LongAdder adder(Decision decision) {
        LongAdder adder = counts.get(decision);
        if (adder == null) {
            throw new IllegalStateException("no counter for " + decision);
        }
        return adder;
    }

    /** Sequence of two prose taps: the output of the first is the input of the second. Longer sequences are nested. */
    record TapSequence(ResponseTap.Prose first, ResponseTap.Prose second) implements ResponseTap.Prose {
        @Override
        public Block onBlock(int index) {
            return new BlockSequence(first.onBlock(index), second.onBlock(index));
        }

        @Override
        public Block onRepeat(int index) {
            return new BlockSequence(first.onRepeat(index), second.onRepeat(index));
        }

        @Override
        public void onPart(BodyView.PartKind kind) {
            first.onPart(kind);
            second.onPart(kind);
        }

        @Override
        public void onResponse(@Nullable String id, boolean delivered) {
            first.onResponse(id, delivered);
            second.onResponse(id, delivered);
        }

        @Override
        public Release onEnd() {
            return Release.both(first.onEnd(), second.onEnd());
        }

        @Override
        public int sites() {
            return first.sites() + second.sites();
        }

        private record BlockSequence(Block first, Block second) implements Block {
            @Override
            public CharSequence onText(CharSequence delta) {
                return second.onText(first.onText(delta));
            }

            @Override
            public CharSequence onEnd() {
                CharSequence rest = first.onEnd();
                String passes = rest.isEmpty() ? "" : second.onText(rest).toString();
                return passes + second.onEnd();
            }

            @Override
            public int held() {
                return first.held() + second.held();
            }
        }
    }
}
