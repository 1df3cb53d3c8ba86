package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.stats.BoundedHistogram;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Totals of a cluster's traffic since it was found: exchanges, tokens, countries, networks, clients and models. Kept
 * for each cluster, since it takes too much memory for each account. Not thread-safe.
 */
public final class ClusterTotals {
    private final BoundedHistogram countries = new BoundedHistogram();
    private final BoundedHistogram asns = new BoundedHistogram();
    private final BoundedHistogram clients = new BoundedHistogram();
    private final BoundedHistogram models = new BoundedHistogram();
    private long exchanges;
    private long answered;
    private long probing;
    private long inputTokens;
    private long outputTokens;

    public void add(Observation seen) {
        exchanges++;
        answered += seen.answered ? 1 : 0;
        probing += seen.probing ? 1 : 0;
        inputTokens += Math.max(0, seen.inputTokens);
        outputTokens += Math.max(0, seen.outputTokens);
        countries.add(seen.country);
        asns.add(seen.asn == 0 ? null : "AS" + seen.asn);
        clients.add(seen.software);
        if (seen.prompt != null) {
            models.add(seen.model);
        }
    }

    /** Returns the number of requests for log-probabilities or several choices. */
    public long probing() {
        return probing;
    }

    /** Returns the number of exchanges without a response. */
    public long unanswered() {
        return exchanges - answered;
    }

    /** Returns the totals as shown on the page of the cluster. */
    public Map<String, Object> shown() {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("exchanges", exchanges);
        page.put("answered", answered);
        page.put("probing", probing);
        page.put("inputTokens", inputTokens);
        page.put("outputTokens", outputTokens);
        page.put("countries", countries.shown());
        page.put("asns", asns.shown());
        page.put("clients", clients.shown());
        page.put("models", models.shown());
        return page;
    }
}
