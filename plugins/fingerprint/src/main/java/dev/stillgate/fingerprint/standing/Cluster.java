package dev.stillgate.fingerprint.standing;

import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.holdout.SignalTest;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.signal.Decoys;
import dev.stillgate.fingerprint.signal.Family;
import dev.stillgate.fingerprint.signal.People;
import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Group of accounts that a round confirmed as one actor's, under an id that later rounds keep. Its revision increases
 * whenever its members change. Not thread-safe.
 */
public final class Cluster {
    private static final int MAX_EVENTS = 100;
    private static final int MAX_REMOVED = 1000;
    private static final String FOUND = "found with ";
    private static final String GREW = "grew from ";

    /** Changed only before the cluster is among the {@link Clusters}. */
    public String id;

    public final long since;
    final TreeMap<String, Integer> joined = new TreeMap<>();

    /** Present members; a view of {@link #joined}. */
    public final Set<String> accounts = joined.navigableKeySet();

    /** Members that are in the cluster only because they share people with others. */
    final Set<String> byPeople = new TreeSet<>();

    /** Latest link of each name. */
    public final SequencedMap<String, Link> links = new LinkedHashMap<>();

    public final List<Event> timeline = new ArrayList<>();
    public final ClusterTotals totals = new ClusterTotals();

    /** Text that the members asked for since the cluster was found. */
    public GroupText text = GroupText.NONE;

    public Map<Family, Double> evidence = new EnumMap<>(Family.class);
    public List<String> reasons = List.of();

    /** Results of the tests behind the evidence; empty after a restart, until the cluster is confirmed again. */
    public List<SignalTest> tests = List.of();

    @Nullable
    public SharedKey matchedOn;

    public double total;
    public long confirmed;
    int revision;

    /** Id of the order that hid the cluster until its evidence grew, null for none. */
    @Nullable
    String outgrown;

    final List<Removal> removed = new ArrayList<>();

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

    /** Removal of a member, with the revision that it made. */
    record Removal(int revision, String account) {}

    public void note(long at, String what) {
        if (timeline.size() == MAX_EVENTS) {
            timeline.remove(1); // keeps the first event: how the cluster was found
        }
        timeline.add(new Event(at, what));
    }

    /** Returns the number that increases whenever the members change. */
    public int revision() {
        return revision;
    }

    /** Returns the present members that joined after a revision. */
    public List<String> addedSince(int seen) {
        return joined.entrySet().stream()
                .filter(member -> member.getValue() > seen)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Returns the accounts that left after a revision, of the last {@value #MAX_REMOVED}. */
    public List<String> removedSince(int seen) {
        return removed.stream()
                .filter(removal -> removal.revision > seen)
                .map(Removal::account)
                .toList();
    }

    /** Confirms the cluster by a finding; of several findings in a round, the strongest is kept. */
    void confirm(Finding finding, List<String> members, long now) {
        if (confirmed != now || finding.total() > total) {
            evidence = finding.evidence();
            reasons = finding.reasons();
            tests = List.copyOf(finding.tests());
            matchedOn = finding.matchedOn();
            total = finding.total();
        }
        members.forEach(byPeople::remove);
        add(members, now);
    }

    /** Confirms the cluster by a link. */
    void confirm(Link link, List<String> members, long now) {
        links.put(link.name(), link);
        total = Math.max(total, link.weight());
        if (!reasons.contains(link.name())) {
            List<String> more = new ArrayList<>(reasons);
            more.add(link.name());
            reasons = List.copyOf(more);
        }
        if (link.name().equals(People.NAME) || link.name().equals(Decoys.PEOPLE)) {
            members.stream().filter(member -> !joined.containsKey(member)).forEach(byPeople::add);
        } else {
            members.forEach(byPeople::remove);
        }
        add(members, now);
    }

    private void add(Collection<String> members, long now) {
        int before = joined.size();
        members.forEach(member -> joined.putIfAbsent(member, revision + 1));
        confirmed = now;
        if (joined.size() > before) {
            revision++;
            note(
                    now,
                    before == 0
                            ? FOUND + joined.size() + " accounts"
                            : GREW + before + " to " + joined.size() + " accounts");
        }
    }

    /** Returns whether an account is a member only because it shares people with others, whose ids clients choose. */
    public boolean isByPeople(String account) {
        return byPeople.contains(account);
    }

    /** Removes a member. */
    void remove(String account) {
        byPeople.remove(account);
        if (joined.remove(account) != null) {
            revision++;
            if (removed.size() == MAX_REMOVED) {
                removed.removeFirst();
            }
            removed.add(new Removal(revision, account));
        }
    }

    /** Removes an account and its name from the members, the former members and the history. */
    void erase(String account) {
        byPeople.remove(account);
        if (joined.remove(account) != null) {
            revision++;
        }
        removed.removeIf(removal -> removal.account.equals(account));
        timeline.replaceAll(event -> event.what.contains(account)
                ? new Event(event.at, event.what.replaceAll(named(account), "an erased account"))
                : event);
    }

    private static String named(String account) {
        return "(?<![\\w.@-])" + Pattern.quote(account) + "(?![\\w@-])";
    }
}
