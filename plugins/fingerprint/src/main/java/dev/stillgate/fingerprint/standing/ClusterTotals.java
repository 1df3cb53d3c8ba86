package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.stats.BoundedHistogram;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Totals of a cluster's traffic since it was found: exchanges, tokens, countries, networks, clients and models. Kept
 * for each cluster, since it takes too much memory for each account. Not thread-safe.
 */
public final class ClusterTotals {
    /** Largest number of names; beyond it, those of values that are no longer counted are removed. */
    private static final int MAX_NAMES = 256;

    private static final int MAX_NAME = 64;

    private final BoundedHistogram countries = new BoundedHistogram();
    private final BoundedHistogram asns = new BoundedHistogram();
    private final BoundedHistogram clients = new BoundedHistogram();
    private final BoundedHistogram models = new BoundedHistogram();
    /** Names of the operators of autonomous systems, by the values of {@link #asns}. */
    private final Map<String, String> operators = new HashMap<>();

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
        if (seen.asn != 0 && seen.operator != null) {
            name("AS" + seen.asn, seen.operator);
        }
        clients.add(seen.software);
        if (seen.prompt != null) {
            models.add(seen.model);
        }
    }

    private void name(String asn, String operator) {
        if (operators.size() == MAX_NAMES && !operators.containsKey(asn)) {
            operators.keySet().retainAll(asns.shown().keySet());
        }
        operators.put(asn, operator.length() > MAX_NAME ? operator.substring(0, MAX_NAME) : operator);
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
        Map<String, Long> networks = asns.shown();
        page.put("asns", networks);
        Map<String, String> names = new TreeMap<>(operators);
        names.keySet().retainAll(networks.keySet());
        page.put("asnNames", names);
        page.put("clients", clients.shown());
        page.put("models", models.shown());
        return page;
    }
}
