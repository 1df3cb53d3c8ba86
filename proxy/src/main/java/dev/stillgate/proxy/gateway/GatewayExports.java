package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.chain.DaemonTimer;
import dev.stillgate.proxy.chain.FilterReports;
import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.proxy.config.OtlpOptions;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.config.WebhookOptions;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.proxy.observe.Receiver;
import dev.stillgate.proxy.observe.StandingChangeNotifier;
import dev.stillgate.proxy.observe.Webhook;
import dev.stillgate.proxy.otlp.OtlpExport;
import dev.stillgate.proxy.policy.PolicyGeneration;
import dev.stillgate.proxy.policy.PolicyReloader;
import dev.stillgate.spi.Ticker;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Outgoing telemetry of a gateway: metrics and spans over OTLP, and webhook calls about findings. */
final class GatewayExports implements AutoCloseable {
    private static final Duration STANDINGS_POLL = Duration.ofSeconds(1);

    private final @Nullable OtlpExport otlp;
    private final @Nullable Webhook webhook;

    /** Creates the configured exporters. */
    GatewayExports(StillgateConfig config, PrometheusMeterRegistry registry, GatewayMeters meters, Ticker ticker) {
        otlp = otlp(config.otlp(), registry, meters, ticker);
        webhook = webhook(config.webhook(), meters, ticker);
    }

    private static @Nullable OtlpExport otlp(
            @Nullable OtlpOptions options, PrometheusMeterRegistry registry, GatewayMeters meters, Ticker ticker) {
        if (options == null) {
            return null;
        }
        OtlpExport export = new OtlpExport(options, registry.getPrometheusRegistry(), ticker);
        meters.counter("stillgate.otlp.sent", export.collector(), Receiver::accepted);
        meters.gauge("stillgate.otlp.age.seconds", export.collector(), Receiver::age);
        meters.counter("stillgate.otlp.failed", export, OtlpExport::failed);
        meters.counter("stillgate.otlp.spans.sent", export, OtlpExport::spans);
        meters.counter("stillgate.otlp.spans.dropped", export, OtlpExport::droppedSpans);
        return export;
    }

    private static @Nullable Webhook webhook(@Nullable WebhookOptions options, GatewayMeters meters, Ticker ticker) {
        if (options == null) {
            return null;
        }
        Webhook hook = new Webhook(options.uri(), options.secret(), options.timeout(), ticker::nanos);
        meters.counter("stillgate.webhook.sent", hook.receiver(), Receiver::accepted);
        meters.gauge("stillgate.webhook.age.seconds", hook.receiver(), Receiver::age);
        meters.gauge("stillgate.webhook.waiting", hook, Webhook::waiting);
        meters.counter("stillgate.webhook.dropped", hook, Webhook::dropped);
        return hook;
    }

    /** Returns the exporter of spans, null when OTLP is not configured. */
    @Nullable
    OtlpExport spans() {
        return otlp;
    }

    /** Starts reporting changed standings, and the reports of filters, to the webhook. */
    void watch(StandingsBoard board, FilterReports reports, PolicyReloader policies, DaemonTimer timer) {
        Webhook hook = webhook;
        if (hook != null) {
            hook.common(() -> inForce(policies.current()));
            timer.every(STANDINGS_POLL, new StandingChangeNotifier(board, hook::tell, System::currentTimeMillis));
            reports.listen((type, id, data) -> hook.report(id, type, System.currentTimeMillis(), data));
        }
    }

    private static Map<String, @Nullable String> inForce(PolicyGeneration policy) {
        return Map.of("policy_generation", Long.toString(policy.number()), "policy_sha256", policy.sha256());
    }

    @Override
    public void close() {
        if (webhook != null) {
            webhook.close();
        }
        if (otlp != null) {
            otlp.close();
        }
    }
}
