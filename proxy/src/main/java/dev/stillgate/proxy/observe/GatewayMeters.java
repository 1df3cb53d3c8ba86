package dev.stillgate.proxy.observe;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Meters of the engine, registered before the first request so that counting is a plain increment. */
public final class GatewayMeters {
    private static final int CLASSES = 6;
    private static final String[] SOURCES = {"exact", "estimated"};
    private static final String[] OUTCOMES = {"served", "rejected", "upstream_failed", "truncated", "downstream_gone"};

    private static final double[] DURATIONS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600
    };
    private static final double[] OVERHEADS = {
        0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1
    };
    static final int SAMPLED = 64;

    /** The categories of refusals that have a series of their own. */
    private static final Set<String> CATEGORIES = Set.of(
            "bio",
            "cyber",
            "frontier_llm",
            "general_harms",
            "reasoning_extraction",
            "SAFETY",
            "RECITATION",
            "BLOCKLIST",
            "PROHIBITED_CONTENT",
            "SPII");

    private final PrometheusMeterRegistry registry;
    private final Counter[] exchanges = new Counter[OUTCOMES.length * CLASSES];
    private final ConcurrentHashMap<String, Counter> reasons = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Counter> refusals = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Counter> verdicts = new ConcurrentHashMap<>();
    private final FixedHistogram duration;
    private final FixedHistogram firstByte;
    private final FixedHistogram headOverhead;
    private final FixedHistogram bodyOverhead;
    private final GenAiMeters genAi;
    private final Counter[] inputTokens = new Counter[SOURCES.length];
    private final Counter[] outputTokens = new Counter[SOURCES.length];
    private final LongAdder active = new LongAdder();
    private final LongAdder connections = new LongAdder();
    private final Counter handshakes;
    private final LongAdder upgraded = new LongAdder();
    private final Counter upgrades;
    private final Counter upgradeReceived;
    private final Counter upgradeSent;
    private final Counter upstreamOpened;
    private final Counter upstreamConnectFailed;
    private final Counter upstreamUnsolicited;
    private final Counter encodedResponses;
    private final Counter unreadableResponses;
    private final Counter usageInjected;
    private final Counter untappedResponses;
    private final Counter unreadableForwarded;

    public GatewayMeters(PrometheusMeterRegistry registry) {
        this.registry = registry;
        countExchanges();
        duration = times(
                        "stillgate_exchange_duration",
                        "Time from a request's head to the end of its response",
                        DURATIONS)
                .with();
        firstByte = times(
                        "stillgate_exchange_first_byte",
                        "Time from a request's head to the head of its response",
                        DURATIONS)
                .with();
        HistogramFamily overhead = times(
                "stillgate_overhead",
                "Time that a request blocks its event loop before it is forwarded: at its head (account, filters) and at"
                        + " the end of its body (parser, filters); one of " + SAMPLED + " is measured",
                OVERHEADS);
        headOverhead = overhead.with("part", "head");
        bodyOverhead = overhead.with("part", "body");
        genAi = new GenAiMeters(registry.getPrometheusRegistry());
        for (int source = 0; source < SOURCES.length; source++) {
            inputTokens[source] = tokens("input", SOURCES[source]);
            outputTokens[source] = tokens("output", SOURCES[source]);
        }
        upstreamOpened = registry.counter("stillgate.upstream.connections.opened");
        upstreamConnectFailed = registry.counter("stillgate.upstream.connections.failed");
        upstreamUnsolicited = registry.counter("stillgate.upstream.unsolicited");
        encodedResponses = registry.counter("stillgate.upstream.encoded.answers");
        unreadableResponses = registry.counter("stillgate.upstream.unreadable.answers");
        usageInjected = registry.counter("stillgate.usage.injected");
        untappedResponses = registry.counter("stillgate.answers.untapped");
        unreadableForwarded = registry.counter("stillgate.forwarded.unreadable");
        gauge("stillgate.exchanges.active", active, LongAdder::sum);
        gauge("stillgate.connections.active", connections, LongAdder::sum);
        handshakes = registry.counter("stillgate.tls.handshakes");
        gauge("stillgate.upgrades.active", upgraded, LongAdder::sum);
        upgrades = registry.counter("stillgate.upgrades");
        upgradeReceived = registry.counter("stillgate.upgrades.bytes", "direction", "received");
        upgradeSent = registry.counter("stillgate.upgrades.bytes", "direction", "sent");
    }

    private void countExchanges() {
        for (int outcome = 0; outcome < OUTCOMES.length; outcome++) {
            for (int status = 0; status < CLASSES; status++) {
                exchanges[outcome * CLASSES + status] = Counter.builder("stillgate.exchanges")
                        .description("Completed exchanges, by outcome and status class")
                        .tag("outcome", OUTCOMES[outcome])
                        .tag("status", status == 0 ? "none" : status + "xx")
                        .register(registry);
            }
        }
    }

    private HistogramFamily times(String name, String help, double... seconds) {
        HistogramFamily family = HistogramFamily.ofTimes(name, help, seconds);
        registry.getPrometheusRegistry().register(family);
        return family;
    }

    private Counter tokens(String direction, String source) {
        return Counter.builder("stillgate.tokens")
                .description("Tokens of exchanges, as reported by the provider or as estimated")
                .tags("direction", direction, "source", source)
                .register(registry);
    }

    /** Registers a gauge for the lifetime of the gateway. */
    public <T> void gauge(String name, T of, ToDoubleFunction<T> value) {
        Gauge.builder(name, of, value).strongReference(true).register(registry);
    }

    /**
     * Registers a gauge of the listed accounts that have a key under a hashing secret and none under an earlier one.
     */
    public void accountsBySecret(String secret, IntSupplier accounts) {
        Gauge.builder("stillgate.accounts.by.secret", accounts, IntSupplier::getAsInt)
                .description("Listed accounts that have a key under this hashing secret and none under an earlier one")
                .tag("secret", secret)
                .strongReference(true)
                .register(registry);
    }

    /** Registers a counter for the lifetime of the gateway. */
    public <T> void counter(String name, T of, ToDoubleFunction<T> value) {
        FunctionCounter.builder(name, of, value).register(registry);
    }

    public void exchangeStarted() {
        active.increment();
    }

    /** Counts a completed exchange of a provider's own API. */
    public void exchangeEnded(
            Outcome outcome, long durationNanos, Operation operation, @Nullable String model, boolean stream) {
        exchangeEnded(outcome, durationNanos, operation, null, model, stream);
    }

    /**
     * Counts a completed exchange.
     *
     * @param cloud the {@code gen_ai.provider.name} of the cloud that was called by its own API; null for others
     * @param model the model named by the response, null if unknown
     * @param stream whether the request asked for a stream
     */
    public void exchangeEnded(
            Outcome outcome,
            long durationNanos,
            Operation operation,
            @Nullable String cloud,
            @Nullable String model,
            boolean stream) {
        active.decrement();
        int status = Math.min(outcome.status() / 100, CLASSES - 1);
        exchanges[index(outcome) * CLASSES + status].increment();
        duration.record(durationNanos);
        firstByte.record(outcome.firstByteNanos());
        genAi.ended(outcome, operation, cloud, model, stream, durationNanos);
        Usage usage = outcome.usage();
        int source = usage.source() == Usage.Source.ESTIMATED ? 1 : 0;
        if (usage.input() > 0) {
            inputTokens[source].increment((double) usage.input());
        }
        if (usage.output() > 0) {
            outputTokens[source].increment((double) usage.output());
        }
        String code = code(outcome);
        if (code != null) {
            reason(name(outcome), outcome instanceof Outcome.Rejected r ? r.filter() : "gateway", code);
        }
    }

    /** Returns the counters that the history of the traffic consists of. */
    public TrafficHistory.Traffic traffic() {
        long[] byOutcome = new long[OUTCOMES.length];
        for (int i = 0; i < exchanges.length; i++) {
            byOutcome[i / CLASSES] += (long) exchanges[i].count();
        }
        Map<String, Long> byReason = new HashMap<>();
        reasons.forEach((name, counter) ->
                byReason.merge(name.substring(name.indexOf(' ') + 1), (long) counter.count(), Long::sum));
        return new TrafficHistory.Traffic(
                byOutcome[0],
                byOutcome[1],
                byOutcome[2],
                byOutcome[3],
                byOutcome[4],
                (long) (inputTokens[0].count() + inputTokens[1].count()),
                (long) (outputTokens[0].count() + outputTokens[1].count()),
                active.sum(),
                byReason);
    }

    /** Counts an exchange that the provider has judged. Categories that are not well known share one series. */
    public void judged(Operation operation, ProviderVerdict verdict) {
        String named = verdict.category();
        String category = named == null ? "none" : CATEGORIES.contains(named) ? named : "other";
        String kind = name(verdict.kind());
        String api = operation.label();
        verdicts.computeIfAbsent(
                        api + ' ' + kind + ' ' + category,
                        absent -> Counter.builder("stillgate.provider.verdicts")
                                .description(
                                        "Responses in which the provider reports a refusal or a filter, by category")
                                .tags("operation", api, "verdict", kind, "category", category)
                                .register(registry))
                .increment();
    }

    /** Returns the name of a provider's judgement in logs and metrics. */
    public static String name(ProviderVerdict.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private void reason(String outcome, String filter, String code) {
        reasons.computeIfAbsent(
                        outcome + ' ' + filter + '/' + code,
                        absent -> Counter.builder("stillgate.reasons")
                                .description("Exchanges that were not served, by deciding filter and reason")
                                .tags("outcome", outcome, "filter", filter, "code", code)
                                .register(registry))
                .increment();
    }

    /** Returns the name of an outcome in logs and metrics. */
    public static String name(Outcome outcome) {
        return OUTCOMES[index(outcome)];
    }

    /** Returns the reason code of an outcome, null when the exchange was served. */
    public static @Nullable String code(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Served served -> null;
            case Outcome.Rejected rejected -> rejected.code();
            case Outcome.UpstreamFailed failed -> failed.code();
            case Outcome.Truncated truncated -> truncated.code();
            case Outcome.DownstreamGone gone ->
                switch (gone.phase()) {
                    case READING_BODY -> "gone-reading-body";
                    case CONNECTING -> "gone-connecting";
                    case AWAITING_ANSWER -> "gone-awaiting-answer";
                    case STREAMING -> "gone-streaming";
                };
        };
    }

    private static int index(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Served served -> 0;
            case Outcome.Rejected rejected -> 1;
            case Outcome.UpstreamFailed failed -> 2;
            case Outcome.Truncated truncated -> 3;
            case Outcome.DownstreamGone gone -> 4;
        };
    }

    /** Returns whether the overhead of an exchange is measured. */
    public static boolean isSampled(long number) {
        return number % SAMPLED == 0;
    }

    /** Records how long a request's head blocked the event loop, in nanoseconds. */
    public void headOverhead(long nanos) {
        headOverhead.record(nanos);
    }

    /** Records how long the end of a request's body blocked the event loop, in nanoseconds. */
    public void bodyOverhead(long nanos) {
        bodyOverhead.record(nanos);
    }

    public void connectionOpened() {
        connections.increment();
    }

    public void connectionClosed() {
        connections.decrement();
    }

    /** Counts a completed TLS handshake with a client. */
    public void handshakeCompleted() {
        handshakes.increment();
    }

    /** Counts an upgraded connection. */
    public void upgradeBegun() {
        upgrades.increment();
        upgraded.increment();
    }

    /**
     * Counts the end of an upgraded connection.
     *
     * @param received the bytes from the client since the upgrade
     * @param sent the bytes to the client since the upgrade
     */
    public void upgradeEnded(long received, long sent) {
        upgraded.decrement();
        upgradeReceived.increment((double) received);
        upgradeSent.increment((double) sent);
    }

    /** Counts a connection that was closed before its first request. */
    public void connectionRefused(String reason) {
        refused(reason).increment();
    }

    /** Registers the counter of a reason before its first increment, so that rates are correct from the start. */
    public void showRefused(String reason) {
        refused(reason);
    }

    private Counter refused(String reason) {
        return refusals.computeIfAbsent(
                reason,
                absent -> Counter.builder("stillgate.connections.refused")
                        .description("Connections that were closed before their first request, by reason")
                        .tag("reason", reason)
                        .register(registry));
    }

    /** Counts a refused message that is not a valid request and has no exchange. */
    public void badMessage(String code) {
        reason("rejected", "gateway", code);
    }

    public void upstreamOpened() {
        upstreamOpened.increment();
    }

    public void upstreamConnectFailed() {
        upstreamConnectFailed.increment();
    }

    public void upstreamUnsolicited() {
        upstreamUnsolicited.increment();
    }

    public void encodedResponse() {
        encodedResponses.increment();
    }

    /** Counts a response whose JSON has errors. */
    public void unreadableResponse() {
        unreadableResponses.increment();
    }

    /** Counts a response that a filter could not read, because it is encoded or partial. */
    public void untappedResponse() {
        untappedResponses.increment();
    }

    /** Counts a request whose entry of X-Forwarded-For is not an address. */
    public void unreadableForwarded() {
        unreadableForwarded.increment();
    }

    /** Counts a stream whose usage was requested by the gateway and not by the client. */
    public void usageInjected() {
        usageInjected.increment();
    }
}
