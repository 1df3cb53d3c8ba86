package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Provider;
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
    private static final List<Measure> SHOWN =
            List.of(Measure.REQUESTS, Measure.TOTAL_TOKENS, Measure.INPUT_TOKENS, Measure.OUTPUT_TOKENS);
    private static final String ANTHROPIC = "anthropic-ratelimit-";
    private static final String OPENAI = "x-ratelimit-";
    private static final String IETF = "ratelimit";
    private final Map<Measure, Fields> anthropic = fields(ANTHROPIC, true, Times::instant);
    private final Map<Measure, Fields> openAi = fields(OPENAI, false, Times::duration);
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
    static boolean told(Headers upstream) {
        return upstream.hasNameStarting(ANTHROPIC)
                || upstream.hasNameStarting(OPENAI)
                || upstream.hasNameStarting(IETF);
    }

    /**
     * Passes the rate limit fields to a consumer.
     *
     * @param millis the current time in milliseconds since the epoch
     */
    void add(Provider provider, TightestLimits readings, long millis, Consumer<Header> to) {
        if (style == TokenBucketPolicy.HeaderStyle.PROVIDER || style == TokenBucketPolicy.HeaderStyle.BOTH) {
            switch (provider) {
                case ANTHROPIC -> anthropic(readings, millis, to);
                case OPENAI -> openAi(readings, to);
            }
        }
        if (style == TokenBucketPolicy.HeaderStyle.IETF || style == TokenBucketPolicy.HeaderStyle.BOTH) {
            ietf(readings, to);
        }
    }

    private void anthropic(TightestLimits readings, long millis, Consumer<Header> to) {
        for (Measure measure : SHOWN) {
            TokenLimit limit = readings.limit(measure);
            if (limit != null) {
                long reset = Times.epochSecond(millis, readings.resetNanos(measure));
                tell(anthropic.get(measure), limit.capacity(), readings.remaining(measure), reset, to);
            }
        }
    }

    private void openAi(TightestLimits readings, Consumer<Header> to) {
        openAi(Measure.REQUESTS, readings, to);
        Measure tokens = readings.tokens();
        if (tokens != null) {
            openAi(tokens, readings, to);
        }
    }

    private void openAi(Measure measure, TightestLimits readings, Consumer<Header> to) {
        TokenLimit limit = readings.limit(measure);
        if (limit != null) {
            long reset = Times.millis(readings.resetNanos(measure));
            tell(openAi.get(measure), limit.capacity(), readings.remaining(measure), reset, to);
        }
    }

    private static void tell(@Nullable Fields fields, long capacity, long remaining, long reset, Consumer<Header> to) {
        if (fields == null) {
            throw new IllegalStateException("no field tells of that measure");
        }
        to.accept(fields.limit.of(capacity));
        to.accept(new Header(fields.remaining, Long.toString(remaining)));
        to.accept(fields.reset.of(reset));
    }

    /**
     * Adds {@code RateLimit-Policy} and {@code RateLimit} as in draft-ietf-httpapi-ratelimit-headers-10: quota and
     * window, remaining tokens and reset, by limit name.
     */
    private static void ietf(TightestLimits readings, Consumer<Header> to) {
        StringBuilder policy = new StringBuilder();
        StringBuilder state = new StringBuilder();
        for (Measure measure : SHOWN) {
            TokenLimit limit = readings.limit(measure);
            if (limit == null) {
                continue;
            }
            policy.append(policy.isEmpty() ? "\"" : ", \"")
                    .append(limit.name())
                    .append("\";q=")
                    .append(limit.capacity())
                    .append(";w=")
                    .append(Times.seconds(limit.nanosFor(limit.capacity())));
            state.append(state.isEmpty() ? "\"" : ", \"")
                    .append(limit.name())
                    .append("\";r=")
                    .append(readings.remaining(measure))
                    .append(";t=")
                    .append(Times.seconds(readings.resetNanos(measure)));
        }
        if (!policy.isEmpty()) {
            to.accept(new Header("ratelimit-policy", policy.toString()));
            to.accept(new Header("ratelimit", state.toString()));
        }
    }

    private static Map<Measure, Fields> fields(String prefix, boolean measureFirst, LongFunction<String> reset) {
        Map<Measure, Fields> fields = new EnumMap<>(Measure.class);
        for (Measure measure : SHOWN) {
            boolean plain = measure == Measure.TOTAL_TOKENS || (!measureFirst && measure.isTokens());
            String label = plain ? "tokens" : measure.label();
            UnaryOperator<String> name = which -> prefix + (measureFirst ? label + '-' + which : which + '-' + label);
            fields.put(
                    measure,
                    new Fields(
                            new CachedHeaderField(name.apply("limit"), Long::toString),
                            name.apply("remaining"),
                            new CachedHeaderField(name.apply("reset"), reset)));
        }
        return fields;
    }
}
