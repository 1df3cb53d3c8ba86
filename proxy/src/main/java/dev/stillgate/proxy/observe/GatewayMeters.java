package dev.stillgate.proxy.observe;

import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Usage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToDoubleFunction;

/** The engine's own meters, made before the first request so that counting one is an addition. */
public final class GatewayMeters {
    private static final int CLASSES = 6;
    private static final String[] SOURCES = {"exact", "estimated"};
    private static final String[] OUTCOMES = {"served", "rejected", "upstream_failed", "truncated", "downstream_gone"};

    private final MeterRegistry registry;
    private final Counter[] exchanges = new Counter[OUTCOMES.length * CLASSES];
    private final ConcurrentHashMap<String, Counter> reasons = new ConcurrentHashMap<>();
    private final Timer duration;
    private final Timer firstByte;
    private final Counter[] inputTokens = new Counter[SOURCES.length];
    private final Counter[] outputTokens = new Counter[SOURCES.length];
    private final LongAdder active = new LongAdder();
    private final LongAdder connections = new LongAdder();
    private final Counter upstreamOpened;
    private final Counter upstreamConnectFailed;
    private final Counter upstreamUnsolicited;
    private final Counter encodedAnswers;
    private final Counter usageInjected;
    private final Counter untappedAnswers;

    public GatewayMeters(MeterRegistry registry) {
        this.registry = registry;
        for (int outcome = 0; outcome < OUTCOMES.length; outcome++) {
            for (int status = 0; status < CLASSES; status++) {
                exchanges[outcome * CLASSES + status] = Counter.builder("stillgate.exchanges")
                        .description("Exchanges that are over, by what became of them")
                        .tag("outcome", OUTCOMES[outcome])
                        .tag("status", status == 0 ? "none" : status + "xx")
                        .register(registry);
            }
        }
        duration = Timer.builder("stillgate.exchange.duration")
                .description("Time from a request's head to the end of its answer")
                .register(registry);
        firstByte = Timer.builder("stillgate.exchange.first.byte")
                .description("Time from a request's head to the head of its answer")
                .register(registry);
        for (int source = 0; source < SOURCES.length; source++) {
            inputTokens[source] = tokens("input", SOURCES[source]);
            outputTokens[source] = tokens("output", SOURCES[source]);
        }
        upstreamOpened = registry.counter("stillgate.upstream.connections.opened");
        upstreamConnectFailed = registry.counter("stillgate.upstream.connections.failed");
        upstreamUnsolicited = registry.counter("stillgate.upstream.unsolicited");
        encodedAnswers = registry.counter("stillgate.upstream.encoded.answers");
        usageInjected = registry.counter("stillgate.usage.injected");
        untappedAnswers = registry.counter("stillgate.answers.untapped");
        gauge("stillgate.exchanges.active", active, LongAdder::sum);
        gauge("stillgate.connections.active", connections, LongAdder::sum);
    }

    private Counter tokens(String direction, String source) {
        return Counter.builder("stillgate.tokens")
                .description("Tokens of exchanges, as the provider tells them or as they are estimated")
                .tags("direction", direction, "source", source)
                .register(registry);
    }

    /** Shows a number under a name for as long as the gateway runs. */
    public <T> void gauge(String name, T of, ToDoubleFunction<T> value) {
        Gauge.builder(name, of, value).strongReference(true).register(registry);
    }

    public void exchangeStarted() {
        active.increment();
    }

    /** Counts an exchange that is over. */
    public void exchangeEnded(Outcome outcome, long durationNanos) {
        active.decrement();
        int status = Math.min(outcome.status() / 100, CLASSES - 1);
        exchanges[index(outcome) * CLASSES + status].increment();
        duration.record(durationNanos, TimeUnit.NANOSECONDS);
        if (outcome.firstByteNanos() >= 0) {
            firstByte.record(outcome.firstByteNanos(), TimeUnit.NANOSECONDS);
        }
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

    private void reason(String outcome, String filter, String code) {
        reasons.computeIfAbsent(
                        outcome + ' ' + filter + ' ' + code,
                        absent -> Counter.builder("stillgate.reasons")
                                .description("Exchanges that were not served, by who decided and why")
                                .tags("outcome", outcome, "filter", filter, "code", code)
                                .register(registry))
                .increment();
    }

    /** Returns the name of an outcome in the log and in metrics. */
    public static String name(Outcome outcome) {
        return OUTCOMES[index(outcome)];
    }

    /** Returns the reason code of an outcome, null when the exchange was served. */
    public static @org.jspecify.annotations.Nullable String code(Outcome outcome) {
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

    public void connectionOpened() {
        connections.increment();
    }

    public void connectionClosed() {
        connections.decrement();
    }

    /** Counts a refusal for which there is no exchange: the message was none. */
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

    public void encodedAnswer() {
        encodedAnswers.increment();
    }

    /** Counts an answer that a filter wanted to tap and that comes encoded or in part. */
    public void untappedAnswer() {
        untappedAnswers.increment();
    }

    /** Counts a stream of which the gateway asked the usage that its caller did not ask for. */
    public void usageInjected() {
        usageInjected.increment();
    }
}
