package dev.stillgate.proxy.chain;

import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Filter;
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
 * One filter in its chain: the one place where {@code mode} and {@code onError} are applied. Shared by all event loops;
 * what it remembers of refusals is written without a lock, as any of two that race will do.
 */
final class ChainLink {
    /** The code of a refusal for which a filter failed rather than decided. */
    static final String FILTER_FAILED = "filter-failed";

    /** The recorded code of an answer that a filter in shadow would have slowed. */
    static final String PACED = "pace";

    /** The recorded code of an answer whose prose would have gone through a filter in shadow. */
    static final String TAPPED = "tap";

    static final String CONNECTION_REFUSED = "connection-refused";
    private static final Verdict.Reject FAILURE =
            new Verdict.Reject(Verdict.Kind.INTERNAL, FILTER_FAILED, "The gateway could not process this request.");
    private static final Set<FilterPhase> OF_EXCHANGE =
            EnumSet.of(FilterPhase.REQUEST, FilterPhase.BODY, FilterPhase.RESPONSE);

    final FilterSpec spec;
    final Filter filter;
    final long bit;
    final boolean enforcing;
    final @Nullable CompletionFilter completion;

    /** Whether it has a phase of the exchange before completion; one that has none is completed always. */
    final boolean decides;

    /** Whether it wants every answer to come with usage, and its wants count. */
    final boolean requiresUsage;

    /** Whether it wants to know what answers are made of; it may only watch. */
    final boolean readsAnswer;

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
        this.readsAnswer = completion != null && completion.readsAnswer();
        this.phases = FilterPhase.of(filter);
        this.decides = phases.stream().anyMatch(OF_EXCHANGE::contains);
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

    /** Returns when a phase of this filter begins, as {@link #took} wants it; 0 when nobody looks. */
    long begins(ChainProgress progress) {
        return progress.timed ? ticker.nanos() : 0;
    }

    /** Counts the time of a phase, when somebody looks. */
    void took(FilterPhase phase, ChainProgress progress, long begun) {
        if (progress.timed) {
            LongConsumer taken = times.get(phase);
            if (taken != null) {
                taken.accept(ticker.nanos() - begun);
            }
        }
    }

    /**
     * Returns whether verdicts on an exchange are carried out: a filter in shadow enforces what an operator has ordered
     * about an account.
     */
    private boolean enforces(Exchange exchange) {
        return enforcing || standings.isOrdered(spec.name(), exchange.account());
    }

    /** Carries out a verdict; returns the refusal when it is one. */
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
     * Takes a failure in a phase of an exchange; returns the refusal when the request may not go on.
     *
     * @throws VirtualMachineError the failure itself, when the process cannot go on
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

    /** Counts a connection; returns whether it stays open. */
    boolean connected(boolean accepted) {
        if (accepted) {
            allowed.increment();
            return true;
        }
        adder(Decision.REJECT).increment();
        rememberReject(CONNECTION_REFUSED);
        return !enforcing;
    }

    /** Takes a failure in the connection phase; returns whether the connection stays open. */
    boolean connectionFailed(Throwable thrown) {
        report(FilterPhase.CONNECTION, thrown);
        return !enforcing || spec.onError() == OnError.OPEN;
    }

    /** Returns what was found before with a tap of this filter. */
    AnswerTap tapped(AnswerTap before, ResponseTap tap, Exchange exchange, ChainProgress progress) {
        return switch (tap) {
            case ResponseTap.None none -> before;
            case ResponseTap.Pace pace -> {
                count(Decision.PACE, progress);
                if (!enforces(exchange)) {
                    progress.shadow(spec.name(), PACED);
                    yield before;
                }
                ResponseTap.Pace other = before.pace();
                yield other == null || pace.bytesPerSecond() < other.bytesPerSecond()
                        ? new AnswerTap(before.prose(), before.edits(), pace)
                        : before;
            }
            case ResponseTap.Prose prose -> {
                count(Decision.TAP, progress);
                if (!enforcing) {
                    progress.shadow(spec.name(), TAPPED);
                }
                ResponseTap.Prose guarded = new GuardedProse(this, prose, progress);
                ResponseTap.Prose other = before.prose();
                yield new AnswerTap(
                        other == null ? guarded : new TapSequence(other, guarded),
                        before.edits() || enforcing,
                        before.pace());
            }
        };
    }

    /** Takes a failure in the completion phase, which has nothing left to refuse. */
    void completionFailed(Throwable thrown, ChainProgress progress) {
        report(FilterPhase.COMPLETION, thrown);
        progress.decided |= bit;
    }

    /** Counts an exchange that is complete, when this filter did nothing but allow it. */
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

    @SuppressWarnings("ReferenceEquality") // comparing a refusal field by field costs more than wrapping it anew
    private @Nullable Refusal refuse(Verdict.Reject reject, Exchange exchange, ChainProgress progress) {
        rememberReject(reject.code());
        if (!enforces(exchange)) {
            progress.shadow(spec.name(), reject.code());
            progress.over |= bit;
            return null;
        }
        Refusal refusal = lastRefusal;
        if (refusal == null || refusal.verdict() != reject) { // a constant verdict is wrapped once
            refusal = new Refusal(spec.name(), reject);
            lastRefusal = refusal;
        }
        return progress.refuse(refusal);
    }

    @SuppressWarnings("ReferenceEquality") // saves the write to a line that all event loops read, nothing more
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
            throw new IllegalStateException("no count of " + decision);
        }
        return adder;
    }
}
