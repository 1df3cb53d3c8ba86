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
import dev.stillgate.spi.Standings;
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
    private final Slot<Integer> prompts;
    private final Standings standings;

    FingerprintFilter(
            FingerprintState state, Enforcement enforcement, ObservationRecorder recorder, FilterContext context) {
        this.state = state;
        this.enforcement = enforcement;
        this.recorder = recorder;
        this.slot = context.slot("fingerprint." + context.name(), Observation[].class);
        this.prompts = context.slot("fingerprint.prompts." + context.name(), Integer.class);
        this.standings = context.standings();
    }

    @Override
    public boolean readsResponse() {
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
        if (body instanceof BodyView.Batch batch) {
            exchange.set(prompts, batch.size());
        }
        return verdict;
    }

    @Override
    public void onComplete(Exchange exchange, Outcome outcome) {
        Observation[] observations = exchange.get(slot);
        int refused = refusedPrompts(exchange, outcome);
        if (observations != null) {
            exchange.set(slot, null);
            recorder.complete(observations, exchange, outcome, refused);
        } else if (refused > 0) {
            observations = recorder.refused(exchange, refused);
        } else {
            return;
        }
        for (Observation observation : observations) {
            if (observation.readTask != null) {
                observation.readTask.exchangeEnded();
            } else {
                state.offer(observation);
            }
        }
    }

    /** Returns the number of prompts that were refused because of the account's standing. */
    private int refusedPrompts(Exchange exchange, Outcome outcome) {
        if (!(outcome instanceof Outcome.Rejected refusal)
                || !standings.of(exchange.account()).isCauseOf(refusal)) {
            return 0;
        }
        Integer batch = exchange.get(prompts);
        return batch == null ? exchange.operation().carriesResponses() ? 1 : 0 : batch;
    }
}
