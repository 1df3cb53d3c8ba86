package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.holdout.HoldoutGroup;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Registry of the candidate groups in their hold-out test. Passes exchanges to the groups, lets new accounts join, runs
 * the tests, and remembers finished groups for a day. Not thread-safe.
 */
final class HoldoutGroups {
    private static final int MAX_GROUPS = 400;
    private static final int MAX_MEMBERS = 100_000;

    /** Capacity for groups that failed the test, and the seconds for which they are remembered. */
    private static final int MAX_CLOSED = 2000;

    private static final int CLOSED_SECONDS = 86_400;

    /** Least share of common accounts of two groups that are the same. */
    private static final double MIN_OVERLAP = 0.7;

    /** Size up to which accounts may join a group. */
    private static final int MAX_JOINED = 1000;

    private final Newcomer newcomer;
    private final List<HoldoutGroup> running = new ArrayList<>();
    private final Deque<HoldoutGroup> closed = new ArrayDeque<>();
    private final Map<Integer, List<HoldoutGroup>> byAccount = new HashMap<>();

    /** Decides whether an account is new. */
    @FunctionalInterface
    interface Newcomer {
        /** Returns whether an account was first seen after a second of the epoch, or shortly before. */
        boolean test(int account, int since);
    }

    HoldoutGroups(Newcomer newcomer) {
        this.newcomer = newcomer;
    }

    List<HoldoutGroup> running() {
        return running;
    }

    /**
     * Records an exchange.
     *
     * @param begins whether it begins a conversation
     */
    void observe(int account, Observation seen, boolean begins) {
        List<HoldoutGroup> groups = byAccount.get(account);
        if (groups != null) {
            int second = (int) (seen.start / 1000);
            for (HoldoutGroup group : groups) {
                group.observe(account, seen, begins, second);
            }
        }
    }

    /**
     * Tests all groups with new data; returns the findings, the strongest first. Remainders of impure groups are tested
     * again from now on.
     */
    List<Finding> testAll(AnalysisRound round, int now) {
        List<Finding> findings = new ArrayList<>();
        List<HoldoutGroup> retries = new ArrayList<>();
        while (!closed.isEmpty() && closed.element().closedAt() < now - CLOSED_SECONDS) {
            end(closed.element());
        }
        for (HoldoutGroup group : List.copyOf(running)) {
            Finding finding = group.hasNewData() ? round.test(group, retries) : null;
            if (finding != null) {
                findings.add(finding);
            }
            if (group.isClosed()) {
                close(group);
            }
        }
        retries.forEach(this::restart);
        findings.sort(Comparator.comparingDouble(Finding::total).reversed());
        return findings;
    }

    /**
     * Starts a test. If a group of about the same accounts is under test or failed recently, the new accounts join it
     * instead. The oldest groups are ended when the capacity is exceeded.
     */
    boolean begin(HoldoutGroup group) {
        HoldoutGroup similar = findSimilar(group, true);
        if (similar != null) {
            join(similar, group);
            return false;
        }
        add(group);
        return true;
    }

    /** Starts a test of some accounts of a tested group, unless a group of about the same accounts is under test. */
    void restart(HoldoutGroup group) {
        if (group.isRemainder()) {
            begin(group);
        } else if (findSimilar(group, false) == null) {
            add(group);
        }
    }

    private void add(HoldoutGroup group) {
        running.add(group);
        for (int account : group.accounts) {
            byAccount.computeIfAbsent(account, absent -> new ArrayList<>(1)).add(group);
        }
        evictOldest();
    }

    private void evictOldest() {
        while (running.size() > MAX_GROUPS || memberCount() > MAX_MEMBERS) {
            end(running.getFirst());
        }
    }

    private int memberCount() {
        return running.stream().mapToInt(group -> group.accounts.length).sum();
    }

    /** Releases a finished group's data; only its member list is kept. */
    private void close(HoldoutGroup group) {
        running.remove(group);
        closed.add(group);
        if (closed.size() > MAX_CLOSED) {
            end(closed.element());
        }
    }

    /**
     * Returns the group that began with about the same accounts; null if there is none.
     *
     * @param includeClosed whether finished groups count
     */
    private @Nullable HoldoutGroup findSimilar(HoldoutGroup candidate, boolean includeClosed) {
        int[] accounts = candidate.accounts;
        return overlaps(
                        candidate,
                        (group, account) -> group.isSameKind(candidate)
                                && (includeClosed || !group.isClosed())
                                && group.isOriginalMember(account))
                .entrySet()
                .stream()
                .filter(e -> e.getValue() >= MIN_OVERLAP * union(e, accounts.length))
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    private static int union(Map.Entry<HoldoutGroup, Integer> overlap, int accounts) {
        return accounts + overlap.getKey().originalAccounts.length - overlap.getValue();
    }

    /**
     * Adds the accounts of a candidate that matches a confirmed group as followers of that group.
     *
     * @param candidate accounts that share a key now
     * @param flagged whether an account is pooled, blocked, or marked for its behaviour
     */
    void follow(HoldoutGroup candidate, IntPredicate flagged) {
        overlaps(
                        candidate,
                        (group, account) ->
                                isRunningMatch(group, candidate) && !group.isFollower(group.memberIndex(account)))
                .forEach((group, count) -> {
                    int[] core = group.core();
                    if (count >= MIN_OVERLAP * core.length
                            && 2 * Arrays.stream(core).filter(flagged).count() > core.length) {
                        addMembers(group, candidate, account -> !flagged.test(account), group::follow);
                    }
                });
    }

    private static boolean isRunningMatch(HoldoutGroup group, HoldoutGroup candidate) {
        return !group.isClosed() && group.matchedOn == candidate.matchedOn;
    }

    /**
     * Returns the number of the candidate's accounts in each group.
     *
     * @param counts whether an account counts for a group
     */
    private Map<HoldoutGroup, Integer> overlaps(HoldoutGroup candidate, BiPredicate<HoldoutGroup, Integer> counts) {
        Map<HoldoutGroup, Integer> overlaps = new LinkedHashMap<>();
        for (int account : candidate.accounts) {
            for (HoldoutGroup group : byAccount.getOrDefault(account, List.of())) {
                if (counts.test(group, account)) {
                    overlaps.merge(group, 1, Integer::sum);
                }
            }
        }
        return overlaps;
    }

    /** Adds the candidate's accounts to a running group that was selected in the same way. */
    private void join(HoldoutGroup running, HoldoutGroup candidate) {
        if (!isRunningMatch(running, candidate)) {
            return;
        }
        addMembers(running, candidate, account -> newcomer.test(account, running.since), running::join);
    }

    /** Adds the candidate's accounts that are not members yet, within the capacity. */
    private void addMembers(HoldoutGroup running, HoldoutGroup candidate, IntPredicate filter, Consumer<int[]> adder) {
        int capacity = Math.min(MAX_JOINED - running.accounts.length, MAX_MEMBERS - memberCount());
        int[] more = Arrays.stream(candidate.accounts)
                .filter(account -> running.memberIndex(account) < 0 && filter.test(account))
                .limit(Math.max(0, capacity))
                .toArray();
        if (more.length > 0) {
            adder.accept(more);
            for (int account : more) {
                byAccount.computeIfAbsent(account, absent -> new ArrayList<>(1)).add(running);
            }
        }
    }

    void end(HoldoutGroup group) {
        boolean runs = running.remove(group);
        if (runs || closed.remove(group)) {
            for (int account : group.accounts) {
                byAccount.computeIfPresent(account, (same, groups) -> {
                    groups.remove(group);
                    return groups.isEmpty() ? null : groups;
                });
            }
        }
    }

    /** Ends all tests of accounts whose indexes may be reused. */
    void forget(int... accounts) {
        Arrays.stream(accounts)
                .mapToObj(account -> List.copyOf(byAccount.getOrDefault(account, List.of())))
                .forEach(groups -> groups.forEach(this::end));
    }
}
