package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A group of accounts that acts as one, from the round that first found it on. One thread only. */
final class Cluster {
    private static final int MOST_EVENTS = 100;

    final String id;
    final long since;
    final TreeSet<String> accounts = new TreeSet<>();
    final List<Event> timeline = new ArrayList<>();
    Map<Family, Double> evidence = new EnumMap<>(Family.class);
    List<String> reasons = List.of();
    @Nullable
    SharedKey found;
    double total;
    long confirmed;

    Cluster(String id, long since) {
        this.id = id;
        this.since = since;
    }

    /** What happened to a cluster, at a millisecond of the epoch. */
    record Event(long at, String what) {}

    void note(long at, String what) {
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
            found = finding.found();
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
