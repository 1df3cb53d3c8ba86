package dev.stillgate.canary;

import dev.stillgate.spi.Counter;
import dev.stillgate.spi.FilterContext;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Counters of the canary filter. */
final class CanaryMeters {
    private final Counter sites;
    private final Counter edits;
    private final Counter words;
    private final Counter held;
    private final Map<Response, Counter> answers;
    private final Map<Exemption, Counter> skipped;

    /** Outcome of a response to a marked account. */
    enum Response {
        /** Marked, and recorded on disk before the response ended. */
        WITNESSED,
        /** Marked, but not recorded on disk in time, or without a ledger. */
        UNWITNESSED,
        /** The response has no site. */
        PLAIN
    }

    CanaryMeters(FilterContext context) {
        sites = context.counter("stillgate.canary.sites");
        edits = context.counter("stillgate.canary.edits");
        words = context.counter("stillgate.canary.words");
        held = context.counter("stillgate.canary.held.micros");
        answers =
                counters(Response.class, of -> context.counter("stillgate.canary.answers", "result", label(of.name())));
        skipped = counters(Exemption.class, of -> context.counter("stillgate.canary.skipped", "reason", of.label()));
    }

    private static String label(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static <E extends Enum<E>> Map<E, Counter> counters(Class<E> type, Function<E, Counter> make) {
        Map<E, Counter> counters = new EnumMap<>(type);
        for (E each : type.getEnumConstants()) {
            counters.put(each, make.apply(each));
        }
        return counters;
    }

    void site(boolean edited) {
        sites.add(1);
        if (edited) {
            edits.add(1);
        }
    }

    void words(long count) {
        words.add(count);
    }

    void answer(Response of) {
        add(answers.get(of));
    }

    void skipped(Exemption why) {
        add(skipped.get(why));
    }

    /** Counts how long the end of a response waited for the ledger. */
    void held(long nanos) {
        held.add(nanos / 1000);
    }

    private static void add(@Nullable Counter counter) {
        if (counter != null) {
            counter.add(1);
        }
    }
}
