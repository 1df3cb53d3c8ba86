package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Group of accounts that a round confirmed as one actor's, under an id that later rounds keep. Not thread-safe. */
public final class Cluster {
    private static final int MAX_EVENTS = 100;

    public final String id;
    public final long since;
    public final TreeSet<String> accounts = new TreeSet<>();
    public final List<Event> timeline = new ArrayList<>();
    public final ClusterTotals totals = new ClusterTotals();
    public Map<Family, Double> evidence = new EnumMap<>(Family.class);
    public List<String> reasons = List.of();

    @Nullable
    public SharedKey matchedOn;

    public double total;
    public long confirmed;

    Cluster(String id, long since) {
        this.id = id;
        this.since = since;
    }

    /**
     * Event in the history of a cluster.
     *
     * @param at milliseconds since the epoch
     */
    public record Event(long at, String what) {}

    public void note(long at, String what) {
        if (timeline.size() == MAX_EVENTS) {
            timeline.remove(1); // keeps the first event: how the cluster was found
        }
        timeline.add(new Event(at, what));
    }

    /** Confirms the cluster by a finding; of several findings in a round, the strongest is kept. */
    void confirm(Finding finding, List<String> members, long now) {
        if (confirmed != now || finding.total() > total) {
            evidence = finding.evidence();
            reasons = finding.reasons();
            matchedOn = finding.matchedOn();
            total = finding.total();
        }
        int before = accounts.size();
        accounts.addAll(members);
        confirmed = now;
        if (before == 0) {
            note(now, "found with " + accounts.size() + " accounts");
        } else if (accounts.size() > before) {
            note(now, "grew from " + before + " to " + accounts.size() + " accounts");
        }
    }
}
