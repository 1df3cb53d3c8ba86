package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.ChainProgress;
import dev.stillgate.proxy.chain.Refusal;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.proxy.observe.AccessLog;
import dev.stillgate.proxy.observe.AccessRecord;
import dev.stillgate.proxy.observe.ExchangeEvent;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.proxy.observe.LastRefusals;
import dev.stillgate.proxy.observe.SpanSink;
import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ProviderVerdict;
import org.jspecify.annotations.Nullable;

/** Counts an ended exchange, writes its line of the access log, and exports its span if it is traced. */
final class ExchangeLog {
    private static final String TRACEPARENT = "traceparent";

    private ExchangeLog() {}

    /**
     * Records an exchange, whose response has not been released.
     *
     * @param received the number of bytes of the request body
     */
    static void record(
            EventLoopContext context, ExchangeFacts facts, ChainProgress progress, Outcome outcome, long received) {
        long now = context.ticker().nanos();
        long duration = now - facts.startNanos();
        context.meters()
                .exchangeEnded(
                        outcome, duration, facts.operation(), cloud(facts), facts.responseModel(), facts.isStream());
        ProviderVerdict verdict = facts.providerVerdict();
        if (verdict.kind() != ProviderVerdict.Kind.NONE) {
            context.meters().judged(facts.operation(), verdict);
        }
        context.counts().count(facts.account().id(), outcome, verdict, now);
        boolean shadowed = progress.shadowFilter() != null;
        GeoRefusal geo = null;
        if (outcome instanceof Outcome.Rejected rejected) {
            geo = facts.policy().chain().geoRefusal(facts);
            context.refusals()
                    .note(
                            facts.account(),
                            new LastRefusals.Refusal(
                                    facts.startMillis(),
                                    rejected.status(),
                                    rejected.filter(),
                                    rejected.code(),
                                    details(progress),
                                    facts.requestId(),
                                    geo));
        } else if (shadowed) {
            geo = facts.policy().chain().geoRefusal(facts);
        }
        AccessLog.Writer log = context.log();
        AccessLog.Writer decisions = context.decisions();
        boolean decided =
                decisions != null && (outcome instanceof Outcome.Rejected || shadowed || progress.flagCount() > 0);
        String trace = trace(context, facts);
        boolean slow = duration >= ExchangeEvent.LEAST_NANOS;
        if (log == null && !decided && trace == null && !slow) {
            return;
        }
        AccessRecord entry = entry(context, facts, progress, outcome, geo, duration, received);
        if (slow) {
            ExchangeEvent.record(entry);
        }
        if (log != null) {
            log.log(entry, now);
        }
        if (decisions != null && decided) {
            decisions.log(entry, now);
        }
        SpanSink spans = context.spans();
        if (spans != null && trace != null) {
            spans.take(trace, entry);
        }
    }

    private static @Nullable String cloud(ExchangeFacts facts) {
        Cloud cloud = facts.cloud();
        return cloud == null ? null : cloud.genAi;
    }

    /** Returns the client's {@code traceparent} if the exchange is traced, else null. */
    private static @Nullable String trace(EventLoopContext context, ExchangeFacts facts) {
        SpanSink spans = context.spans();
        String parent = spans == null ? null : facts.head().first(TRACEPARENT);
        return spans != null && spans.wants(parent) ? parent : null;
    }

    private static AccessRecord entry(
            EventLoopContext context,
            ExchangeFacts facts,
            ChainProgress progress,
            Outcome outcome,
            @Nullable GeoRefusal geo,
            long duration,
            long received) {
        return new AccessRecord(
                facts.startMillis(),
                duration,
                outcome.firstByteNanos(),
                facts.requestId(),
                facts.method(),
                facts.path(),
                facts.peer().http(),
                outcome.status(),
                GatewayMeters.name(outcome),
                GatewayMeters.code(outcome),
                outcome instanceof Outcome.Rejected ? details(progress) : null,
                outcome instanceof Outcome.Rejected rejected ? rejected.filter() : null,
                progress.shadowFilter() == null ? null : progress.shadowFilter() + ":" + progress.shadowCode(),
                flags(progress),
                geo,
                received,
                outcome.bytes(),
                facts.address(),
                facts.account().id(),
                facts.account().organisation(),
                context.shared().standings().of(facts.account()),
                facts.upstreamName(),
                facts.operation(),
                cloud(facts),
                facts.requestModel(),
                facts.responseModel(),
                facts.finishReason(),
                facts.providerVerdict(),
                facts.isStream(),
                facts.isMarked(),
                outcome.usage(),
                facts.session(),
                facts.policy().generation(),
                facts.policy().sha256());
    }

    private static @Nullable String details(ChainProgress progress) {
        Refusal refusal = progress.refusal();
        return refusal == null ? null : refusal.verdict().details();
    }

    private static @Nullable String flags(ChainProgress progress) {
        if (progress.flagCount() == 0) {
            return null;
        }
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < progress.flagCount(); i++) {
            all.append(i == 0 ? "" : ",")
                    .append(progress.flagFilter(i))
                    .append(':')
                    .append(progress.flagReason(i));
        }
        return all.toString();
    }
}
