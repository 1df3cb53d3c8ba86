package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Provider.RateFields;
import dev.stillgate.tokenbucket.bucket.TightestLimits;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Rate limit header fields: those of the provider, those of the IETF draft, or both. */
final class RateHeaders {
    private static final List<Measure> MEASURES =
            List.of(Measure.REQUESTS, Measure.TOTAL_TOKENS, Measure.INPUT_TOKENS, Measure.OUTPUT_TOKENS);
    private static final String IETF = "ratelimit";
    private final Map<Measure, Fields> byMeasure = fields(RateFields.BY_MEASURE, Times::instant);
    private final Map<Measure, Fields> byFigure = fields(RateFields.BY_FIGURE, Times::duration);
    private final TokenBucketPolicy.HeaderStyle style;

    /** The three header fields of one measure. The limit and the reset time rarely change and are cached. */
    private record Fields(CachedHeaderField limit, String remaining, CachedHeaderField reset) {}

    RateHeaders(TokenBucketPolicy.@Nullable HeaderStyle style) {
        this.style = style == null ? TokenBucketPolicy.HeaderStyle.PROVIDER : style;
    }

    boolean isOff() {
        return style == TokenBucketPolicy.HeaderStyle.OFF;
    }

    /** Returns whether the response has rate limit fields of the upstream; the filter then adds none of its own. */
    static boolean hasRateLimitFields(Headers upstream) {
        return upstream.hasNameStarting(RateFields.BY_MEASURE.prefix)
                || upstream.hasNameStarting(RateFields.BY_FIGURE.prefix)
                || upstream.hasNameStarting(IETF);
    }

    /**
     * Passes the rate limit fields to a consumer.
     *
     * @param millis the current time in milliseconds since the epoch
     */
    void add(Provider provider, TightestLimits tightest, long millis, Consumer<Header> consumer) {
        RateFields form = provider.rateFields();
        if (form != null
                && (style == TokenBucketPolicy.HeaderStyle.PROVIDER || style == TokenBucketPolicy.HeaderStyle.BOTH)) {
            switch (form) {
                case BY_MEASURE -> byMeasure(tightest, millis, consumer);
                case BY_FIGURE -> byFigure(tightest, consumer);
            }
        }
        if (style == TokenBucketPolicy.HeaderStyle.IETF || style == TokenBucketPolicy.HeaderStyle.BOTH) {
            ietf(tightest, consumer);
        }
    }

    private void byMeasure(TightestLimits tightest, long millis, Consumer<Header> consumer) {
        for (Measure measure : MEASURES) {
            TokenLimit limit = tightest.limit(measure);
            if (limit != null) {
                long reset = Times.epochSecond(millis, tightest.resetNanos(measure));
                addFields(byMeasure.get(measure), limit.capacity(), tightest.remaining(measure), reset, consumer);
            }
        }
    }

    private void byFigure(TightestLimits tightest, Consumer<Header> consumer) {
        byFigure(Measure.REQUESTS, tightest, consumer);
        Measure tokens = tightest.tokens();
        if (tokens != null) {
            byFigure(tokens, tightest, consumer);
        }
    }

    private void byFigure(Measure measure, TightestLimits tightest, Consumer<Header> consumer) {
        TokenLimit limit = tightest.limit(measure);
        if (limit != null) {
            long reset = Times.millis(tightest.resetNanos(measure));
            addFields(byFigure.get(measure), limit.capacity(), tightest.remaining(measure), reset, consumer);
        }
    }

    private static void addFields(
            @Nullable Fields fields, long capacity, long remaining, long reset, Consumer<Header> consumer) {
        if (fields == null) {
            throw new IllegalStateException("measure without header fields");
        }
        consumer.accept(fields.limit.of(capacity));
        consumer.accept(new Header(fields.remaining, Long.toString(remaining)));
        consumer.accept(fields.reset.of(reset));
    }

    /**
     * Adds {@code RateLimit-Policy} and {@code RateLimit} as in draft-ietf-httpapi-ratelimit-headers-10: quota and
     * window, remaining tokens and reset, by limit name.
     */
    private static void ietf(TightestLimits tightest, Consumer<Header> consumer) {
        StringBuilder policy = new StringBuilder();
        StringBuilder state = new StringBuilder();
        for (Measure measure : MEASURES) {
            TokenLimit limit = tightest.limit(measure);
            if (limit == null) {
                continue;
            }
            policy.append(policy.isEmpty() ? "\"" : ", \"")
                    .append(limit.name())
                    .append("\";q=")
                    .append(limit.capacity())
                    .append(";w=")
                    .append(Times.seconds(limit.refillNanos(limit.capacity())));
            state.append(state.isEmpty() ? "\"" : ", \"")
                    .append(limit.name())
                    .append("\";r=")
                    .append(tightest.remaining(measure))
                    .append(";t=")
                    .append(Times.seconds(tightest.resetNanos(measure)));
        }
        if (!policy.isEmpty()) {
            consumer.accept(new Header("ratelimit-policy", policy.toString()));
            consumer.accept(new Header("ratelimit", state.toString()));
        }
    }

    private static Map<Measure, Fields> fields(RateFields form, LongFunction<String> reset) {
        boolean measureFirst = form == RateFields.BY_MEASURE;
        Map<Measure, Fields> fields = new EnumMap<>(Measure.class);
        for (Measure measure : MEASURES) {
            boolean isGeneric = measure == Measure.TOTAL_TOKENS || (!measureFirst && measure.isTokens());
            String label = isGeneric ? "tokens" : measure.label();
            UnaryOperator<String> name =
                    suffix -> form.prefix + (measureFirst ? label + '-' + suffix : suffix + '-' + label);
            fields.put(
                    measure,
                    new Fields(
                            new CachedHeaderField(name.apply("limit"), Long::toString),
                            name.apply("remaining"),
                            new CachedHeaderField(name.apply("reset"), reset)));
        }
        return fields;
    }

    /**
     * Header field whose last number and text are cached: the text is formatted again only when the number changes.
     * Thread-safe; of two concurrent updates, either one stays in the cache.
     */
    static final class CachedHeaderField {
        private final String name;
        private final LongFunction<String> format;
        private @Nullable Entry last;

        private record Entry(long number, Header field) {}

        CachedHeaderField(String name, LongFunction<String> format) {
            this.name = name;
            this.format = format;
        }

        Header of(long number) {
            Entry entry = last;
            if (entry == null || entry.number != number) {
                entry = new Entry(number, new Header(name, format.apply(number)));
                last = entry;
            }
            return entry.field;
        }
    }
}
