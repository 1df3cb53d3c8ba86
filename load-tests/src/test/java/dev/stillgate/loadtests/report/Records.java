package dev.stillgate.loadtests.report;

import dev.stillgate.loadtests.report.RequestRecord.Outcome;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Made-up records; times in milliseconds. */
final class Records {
    private static final double NANOS = 1e6;

    private Records() {}

    /** Returns a complete stream of tokens at equal gaps. */
    static RequestRecord stream(int index, double intended, double first, double gap, int tokens) {
        List<Long> outputs = IntStream.range(0, tokens)
                .mapToObj(i -> (long) ((intended + first + gap * i) * NANOS))
                .toList();
        return record(index, intended, outputs.getLast(), outputs, tokens, 200, Outcome.COMPLETED, null, null);
    }

    /** Returns a complete stream that has no output and ends after some milliseconds. */
    static RequestRecord silent(int index, double intended, double length) {
        long end = (long) ((intended + length) * NANOS);
        return record(index, intended, end, List.of(), 0, 200, Outcome.COMPLETED, null, null);
    }

    /** Returns a request that failed after some milliseconds without a response. */
    static RequestRecord hanging(int index, double intended, double length) {
        long end = (long) ((intended + length) * NANOS);
        return record(index, intended, end, List.of(), null, 0, Outcome.FAILED, null, "timeout");
    }

    /** Returns a request without a complete response. */
    static RequestRecord missing(int index, Outcome outcome, int status, @Nullable String code) {
        return record(index, index, index * 1_000_000L + 1, List.of(), null, status, outcome, code, "no");
    }

    private static RequestRecord record(
            int index,
            double intended,
            long end,
            List<Long> outputs,
            @Nullable Integer tokens,
            int status,
            Outcome outcome,
            @Nullable String code,
            @Nullable String error) {
        long begin = (long) (intended * NANOS);
        return new RequestRecord(index, true, begin, begin, end, outputs, 10, tokens, status, outcome, code, error);
    }

    /** Returns streams whose first tokens are log-normal around a median. */
    static List<RequestRecord> noisy(int count, double medianFirst, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> stream(i, i * 10, medianFirst * Math.exp(0.3 * random.nextGaussian()), 20, 10))
                .toList();
    }
}
