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
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Verdict;

/**
 * Records what accounts do, and enforces their standings. On the request path it hashes a prompt's frame, copies its
 * new text and appends one record to a bounded queue. Text analysis and the comparison of accounts run on other
 * threads.
 */
final class FingerprintFilter implements RequestFilter, BodyFilter, CompletionFilter {
    private final FingerprintState state;
    private final Enforcement enforcement;
    private final ObservationRecorder recorder;
    private final Slot<Observation[]> slot;

    FingerprintFilter(
            FingerprintState state, Enforcement enforcement, ObservationRecorder recorder, FilterContext context) {
        this.state = state;
        this.enforcement = enforcement;
        this.recorder = recorder;
        this.slot = context.slot("fingerprint." + context.name(), Observation[].class);
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
            exchange.set(slot, recorder.request(exchange, body));
        }
        return verdict;
    }

    @Override
    public void onComplete(Exchange exchange, Outcome outcome) {
        Observation[] observations = exchange.get(slot);
        if (observations == null) {
            return;
        }
        exchange.set(slot, null);
        recorder.complete(observations, exchange, outcome);
        for (Observation observation : observations) {
            if (observation.readTask != null) {
                observation.readTask.exchangeEnded();
            } else {
                state.offer(observation);
            }
        }
    }
}
