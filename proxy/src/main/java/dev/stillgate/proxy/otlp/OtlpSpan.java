package dev.stillgate.proxy.otlp;

import static dev.stillgate.proxy.otlp.OtlpJson.attribute;
import static dev.stillgate.proxy.otlp.OtlpJson.map;

import dev.stillgate.proxy.observe.AccessRecord;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Usage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An exchange as a span of the client's trace: a child of the client's span. The {@code traceparent} is forwarded
 * unchanged, so the model's spans are siblings. The span contains neither account nor address; the request id leads to
 * the access log.
 *
 * @param spanId the span's own id, 16 hex digits
 */
record OtlpSpan(TraceParent parent, String spanId, AccessRecord exchange) {
    private static final int SERVER = 2;
    private static final int ERROR = 2;
    private static final long MILLI = 1_000_000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Set<String> WELL = Set.of("served", "rejected");

    /** Returns the span's JSON. */
    Map<String, Object> json() {
        AccessRecord r = exchange;
        long start = r.startMillis() * MILLI;
        boolean failed = r.status() >= 500 || !WELL.contains(r.outcome());
        return map(
                "traceId",
                parent.traceId(),
                "spanId",
                spanId,
                "parentSpanId",
                parent.spanId(),
                "name",
                r.method() + ' ' + r.operation().label(),
                "kind",
                SERVER,
                "startTimeUnixNano",
                Long.toString(start),
                "endTimeUnixNano",
                Long.toString(start + r.durationNanos()),
                "attributes",
                attributes(r),
                "status",
                failed ? map("code", ERROR) : map());
    }

    private static List<Map<String, Object>> attributes(AccessRecord r) {
        List<Map<String, Object>> all = new ArrayList<>();
        text(all, "http.request.method", r.method());
        text(all, "url.path", r.path());
        all.add(attribute("http.response.status_code", r.status()));
        text(all, "stillgate.request_id", r.requestId());
        text(all, "stillgate.outcome", r.outcome());
        text(all, "error.type", r.code());
        text(all, "stillgate.filter", r.filter());
        text(all, "stillgate.shadow", r.shadow());
        text(all, "stillgate.upstream", r.upstream());
        String operation = r.operation().genAi();
        if (operation != null) {
            text(all, "gen_ai.operation.name", operation);
            text(all, "gen_ai.provider.name", provider(r));
            text(all, "gen_ai.request.model", r.requestModel());
            text(all, "gen_ai.response.model", r.responseModel());
            String finishReason = finishReason(r);
            if (finishReason != null) {
                all.add(attribute("gen_ai.response.finish_reasons", List.of(finishReason)));
            }
            if (r.verdict().kind() != ProviderVerdict.Kind.NONE) {
                text(
                        all,
                        "stillgate.provider_verdict",
                        GatewayMeters.name(r.verdict().kind()));
                text(all, "stillgate.provider_verdict_category", r.verdict().category());
            }
            if (r.usage().source() != Usage.Source.NONE) {
                count(all, "gen_ai.usage.input_tokens", input(r));
                count(all, "gen_ai.usage.output_tokens", r.usage().output());
                count(all, "gen_ai.usage.cache_read.input_tokens", r.usage().cacheRead());
                count(all, "gen_ai.usage.cache_write.input_tokens", r.usage().cacheWrite());
                count(all, "gen_ai.usage.reasoning.output_tokens", r.usage().reasoning());
            }
            if (r.stream() && r.firstByteNanos() >= 0) {
                all.add(attribute("gen_ai.response.time_to_first_chunk", r.firstByteNanos() / NANOS_PER_SECOND));
            }
        }
        return all;
    }

    private static @Nullable String provider(AccessRecord r) {
        Provider provider = r.operation().provider();
        return r.cloud() != null || provider == null ? r.cloud() : provider.name();
    }

    /**
     * Returns the provider's finish reason; {@code error} if a prompt was sent and its response failed or ended early,
     * as the GenAI conventions ask; null if unknown.
     */
    private static @Nullable String finishReason(AccessRecord r) {
        boolean wasPrompt = "chat".equals(r.operation().genAi())
                && r.requestModel() != null
                && !r.outcome().equals("rejected");
        boolean failed = r.status() >= 400 || !WELL.contains(r.outcome());
        return r.finishReason() == null && wasPrompt && failed ? "error" : r.finishReason();
    }

    /** Returns the input tokens with cached ones, which some providers count separately; -1 if unknown. */
    private static long input(AccessRecord r) {
        Usage usage = r.usage();
        Provider provider = r.operation().provider();
        return usage.input() < 0 || provider == null || provider.countsCached()
                ? usage.input()
                : usage.input() + Math.max(0, usage.cacheRead()) + Math.max(0, usage.cacheWrite());
    }

    /** Adds a count unless it is negative, which means unknown. */
    private static void count(List<Map<String, Object>> all, String name, long value) {
        if (value >= 0) {
            all.add(attribute(name, value));
        }
    }

    private static void text(List<Map<String, Object>> all, String name, @Nullable String value) {
        if (value != null) {
            all.add(attribute(name, value.length() > 256 ? value.substring(0, 256) : value));
        }
    }
}
