package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Provider;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The header fields in which callers are told of their limits: those of the provider, those of the IETF's draft, or both. */
final class RateHeaders {
    private static final List<Measure> SHOWN =
            List.of(Measure.REQUESTS, Measure.TOTAL_TOKENS, Measure.INPUT_TOKENS, Measure.OUTPUT_TOKENS);
    private static final String ANTHROPIC = "anthropic-ratelimit-";
    private static final String OPENAI = "x-ratelimit-";
    private static final Map<Measure, String[]> ANTHROPIC_NAMES = names(ANTHROPIC, true);
    private static final Map<Measure, String[]> OPENAI_NAMES = names(OPENAI, false);
    private final TokenBucketPolicy.HeaderStyle style;

    RateHeaders(TokenBucketPolicy.@Nullable HeaderStyle style) {
        this.style = style == null ? TokenBucketPolicy.HeaderStyle.PROVIDER : style;
    }

    boolean isOff() {
        return style == TokenBucketPolicy.HeaderStyle.OFF;
    }

    /** Returns whether the upstream tells of limits of its own, which are not mixed with ours. */
    static boolean told(Headers upstream) {
        return upstream.hasNameStarting(ANTHROPIC)
                || upstream.hasNameStarting(OPENAI)
                || upstream.first("ratelimit") != null
                || upstream.first("ratelimit-policy") != null;
    }

    /**
     * Hands over the fields for what is left.
     *
     * @param millis the time now, in milliseconds of the epoch
     */
    void add(Provider provider, Readings readings, long millis, Consumer<Header> to) {
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

    private static void anthropic(Readings readings, long millis, Consumer<Header> to) {
        for (Measure measure : SHOWN) {
            TokenLimit limit = readings.limit(measure);
            if (limit != null) {
                String[] names = names(ANTHROPIC_NAMES, measure);
                to.accept(new Header(names[0], Long.toString(limit.capacity())));
                to.accept(new Header(names[1], Long.toString(readings.remaining(measure))));
                to.accept(new Header(names[2], Times.instant(millis, readings.resetNanos(measure))));
            }
        }
    }

    private static void openAi(Readings readings, Consumer<Header> to) {
        openAi(Measure.REQUESTS, readings, to);
        Measure tokens = readings.tokens();
        if (tokens != null) {
            openAi(tokens, readings, to);
        }
    }

    private static void openAi(Measure measure, Readings readings, Consumer<Header> to) {
        TokenLimit limit = readings.limit(measure);
        if (limit != null) {
            String[] names = names(OPENAI_NAMES, measure);
            to.accept(new Header(names[0], Long.toString(limit.capacity())));
            to.accept(new Header(names[1], Long.toString(readings.remaining(measure))));
            to.accept(new Header(names[2], Times.duration(readings.resetNanos(measure))));
        }
    }

    /** The fields of draft-ietf-httpapi-ratelimit-headers, version 10: quotas and windows, remains and resets by name. */
    private static void ietf(Readings readings, Consumer<Header> to) {
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

    private static String[] names(Map<Measure, String[]> byMeasure, Measure measure) {
        String[] names = byMeasure.get(measure);
        if (names == null) {
            throw new IllegalStateException("no field tells of " + measure);
        }
        return names;
    }

    private static Map<Measure, String[]> names(String prefix, boolean measureFirst) {
        Map<Measure, String[]> names = new EnumMap<>(Measure.class);
        for (Measure measure : SHOWN) {
            boolean plain = measure == Measure.TOTAL_TOKENS || (!measureFirst && measure.isTokens());
            String label = plain ? "tokens" : measure.label();
            String[] three = {"limit", "remaining", "reset"};
            for (int i = 0; i < three.length; i++) {
                three[i] = prefix + (measureFirst ? label + '-' + three[i] : three[i] + '-' + label);
            }
            names.put(measure, three);
        }
        return names;
    }
}
