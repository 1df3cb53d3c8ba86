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

/** A group of accounts that acts as one, from the round that first found it on. One thread only. */
public final class Cluster {
    private static final int MOST_EVENTS = 100;

    public final String id;
    public final long since;
    public final TreeSet<String> accounts = new TreeSet<>();
    public final List<Event> timeline = new ArrayList<>();
    public final ClusterTotals tally = new ClusterTotals();
    public Map<Family, Double> evidence = new EnumMap<>(Family.class);
    public List<String> reasons = List.of();

    @Nullable
    public SharedKey found;

    public double total;
    public long confirmed;

    Cluster(String id, long since) {
        this.id = id;
        this.since = since;
    }

    /** What happened to a cluster, at a millisecond of the epoch. */
    public record Event(long at, String what) {}

    public void note(long at, String what) {
        if (timeline.size() == MOST_EVENTS) {
            timeline.remove(1); // the first one says how it began
        }
        timeline.add(new Event(at, what));
    }

    /** Takes a finding that is this cluster again; the strongest of a round counts. */
    void confirm(Finding finding, List<String> members, long now) {
        if (confirmed != now || finding.total() > total) {
            evidence = finding.evidence();
            reasons = finding.reasons();
            found = finding.matchedOn();
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
