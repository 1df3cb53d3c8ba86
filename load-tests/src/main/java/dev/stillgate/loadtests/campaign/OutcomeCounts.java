package dev.stillgate.loadtests.campaign;

import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Outcomes of exchanges by label. Thread-safe. */
final class OutcomeCounts {
    private static final int MAX_REASON = 120;

    private final Map<String, Tally> byLabel = new ConcurrentSkipListMap<>();

    /** Number of failed exchanges by reason. */
    private final Map<String, LongAdder> reasons = new ConcurrentSkipListMap<>();

    /** Counts of one label. */
    private static final class Tally {
        final LongAdder clean = new LongAdder();
        final LongAdder forbidden = new LongAdder();
        final LongAdder limited = new LongAdder();
        final LongAdder model = new LongAdder();
        final LongAdder errors = new LongAdder();
    }

    private Tally of(String label) {
        return byLabel.computeIfAbsent(label, key -> new Tally());
    }

    /**
     * Counts a response. The status that the model sent is never counted as a failure of the gateway.
     *
     * @param body printed as the reason of a failure
     */
    void completed(LiveCall call, int status, String body) {
        Tally tally = of(call.label());
        if (status == call.status()) {
            (status == 200 ? tally.clean : tally.model).increment();
        } else if (status == 403) {
            tally.forbidden.increment();
        } else if (status == 429) {
            tally.limited.increment();
        } else {
            failed(call, status + " " + body.substring(0, Math.min(body.length(), MAX_REASON)));
        }
    }

    /** Counts a failed exchange. */
    void failed(LiveCall call, String reason) {
        of(call.label()).errors.increment();
        reasons.computeIfAbsent(reason, key -> new LongAdder()).increment();
    }

    /** Returns the number of exchanges of honest customers that got a 403 or failed. */
    long honestHarm() {
        return byLabel.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("honest:"))
                .mapToLong(entry -> entry.getValue().forbidden.sum()
                        + entry.getValue().errors.sum())
                .sum();
    }

    void print(PrintStream out) {
        out.println("| label | clean | 403 | 429 | the model's own errors | errors |");
        out.println("|---|--:|--:|--:|--:|--:|");
        byLabel.forEach((label, tally) -> out.printf(
                "| %s | %,d | %,d | %,d | %,d | %,d |%n",
                label,
                tally.clean.sum(),
                tally.forbidden.sum(),
                tally.limited.sum(),
                tally.model.sum(),
                tally.errors.sum()));
        reasons.forEach((reason, count) -> out.printf("%,d errors: %s%n", count.sum(), reason));
    }
}
