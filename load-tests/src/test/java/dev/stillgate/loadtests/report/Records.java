package dev.stillgate.loadtests.report;

import dev.stillgate.loadtests.report.record.Outcome;
import dev.stillgate.loadtests.report.record.RequestRecord;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Made-up records. */
public final class Records {
    private static final double NANOS = 1e6;

    private Records() {}

    /** Returns a complete stream of tokens at equal gaps. */
    public static RequestRecord stream(int index, double intended, double first, double gap, int tokens) {
        List<Long> outputs = IntStream.range(0, tokens)
                .mapToObj(i -> (long) ((intended + first + gap * i) * NANOS))
                .toList();
        long begin = (long) (intended * NANOS);
        return new RequestRecord(
                index,
                true,
                begin,
                begin,
                outputs.getFirst(),
                outputs.getLast(),
                tokens,
                outputs,
                10,
                tokens,
                200,
                Outcome.COMPLETED,
                null,
                null,
                "stub-1");
    }

    /** Returns a complete stream that has no output and ends after some milliseconds. */
    public static RequestRecord silent(int index, double intended, double length) {
        long begin = (long) (intended * NANOS);
        long end = (long) ((intended + length) * NANOS);
        return new RequestRecord(
                index,
                true,
                begin,
                begin,
                begin,
                end,
                3,
                List.of(),
                10,
                0,
                200,
                Outcome.COMPLETED,
                null,
                null,
                "stub-1");
    }

    /** Returns a request that failed after some milliseconds without a response. */
    public static RequestRecord hanging(int index, double intended, double length) {
        long begin = (long) (intended * NANOS);
        long end = (long) ((intended + length) * NANOS);
        return new RequestRecord(
                index, true, begin, begin, -1, end, 0, List.of(), -1, -1, 0, Outcome.FAILED, null, "timeout", null);
    }

    /** Returns a request without a complete response. */
    public static RequestRecord missing(int index, Outcome outcome, int status, @Nullable String code) {
        return missing(index, outcome, status, code, "no");
    }

    /** Returns a request without a complete response, with the text of its error. */
    public static RequestRecord missing(int index, Outcome outcome, int status, @Nullable String code, String error) {
        long begin = index * 1_000_000L;
        return new RequestRecord(
                index,
                true,
                begin,
                begin,
                RequestRecord.NONE,
                begin + 1,
                0,
                List.of(),
                RequestRecord.NONE,
                RequestRecord.NONE,
                status,
                outcome,
                code,
                error,
                null);
    }

    /** Returns streams whose first tokens are log-normal around a median. */
    public static List<RequestRecord> noisy(int count, double medianFirst, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count)
                .mapToObj(i -> stream(i, i * 10, medianFirst * Math.exp(0.3 * random.nextGaussian()), 20, 10))
                .toList();
    }
}
