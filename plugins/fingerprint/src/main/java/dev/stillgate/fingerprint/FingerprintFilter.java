package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.capture.ObservationRecorder;
import dev.stillgate.spi.BodyFilter;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Verdict;

/**
 * Watches what accounts do and gives the standings their effect. A request pays for handing over its own new text and for
 * one record in a bounded ring; what the text tells, and everything that is concluded of it is found out on other threads.
 */
final class FingerprintFilter implements RequestFilter, BodyFilter, ResponseFilter, CompletionFilter {
    private final FingerprintState behaviour;
    private final Enforcement enforcement;
    private final ObservationRecorder observer;
    private final Slot<Observation[]> observed;

    FingerprintFilter(
            FingerprintState behaviour, Enforcement enforcement, ObservationRecorder observer, FilterContext context) {
        this.behaviour = behaviour;
        this.enforcement = enforcement;
        this.observer = observer;
        this.observed = context.slot("fingerprint." + context.name(), Observation[].class);
    }

    @Override
    public boolean readsAnswer() {
        return true;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        return enforcement.onRequest(exchange);
    }

    @Override
    public Verdict onBody(Exchange exchange, BodyView body) {
        Verdict verdict = enforcement.onBody(exchange, body);
        if (verdict instanceof Verdict.Allow) {
            exchange.set(observed, observer.request(exchange, body));
        }
        return verdict;
    }

    @Override
    public ResponseTap onResponse(Exchange exchange, ResponseHead head) {
        return enforcement.onResponse(exchange, head);
    }

    @Override
    public void onComplete(Exchange exchange, Outcome outcome) {
        Observation[] seen = exchange.get(observed);
        if (seen == null) {
            return;
        }
        exchange.set(observed, null);
        observer.complete(seen, exchange, outcome);
        for (Observation one : seen) {
            if (one.reading != null) {
                one.reading.exchangeEnded();
            } else {
                behaviour.offer(one);
            }
        }
    }
}
