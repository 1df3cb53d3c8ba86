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
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The groups of accounts that are on trial, the newest last. One thread only. */
final class HoldoutGroups {
    private static final int MOST = 400;
    private static final int MOST_SEATS = 100_000;

    /** How many groups that were tried and found to be strangers are remembered, and for how long, in seconds. */
    private static final int MOST_OVER = 2000;

    private static final int REMEMBERED = 86_400;

    /** The share of their accounts that two groups must have in common to be one. */
    private static final double SAME = 0.7;

    /** Up to how many accounts others join. */
    private static final int MOST_JOINED = 1000;

    private final Newcomer newcomer;
    private final List<HoldoutGroup> running = new ArrayList<>();
    private final Deque<HoldoutGroup> over = new ArrayDeque<>();
    private final Map<Integer, List<HoldoutGroup>> byAccount = new HashMap<>();
    private int begun;

    /** Says whether an account is new. */
    @FunctionalInterface
    interface Newcomer {
        /** Returns whether an account hardly came before a second of the epoch. */
        boolean test(int account, int since);
    }

    HoldoutGroups(Newcomer newcomer) {
        this.newcomer = newcomer;
    }

    List<HoldoutGroup> running() {
        return running;
    }

    /** Returns how many were ever begun. */
    int begun() {
        return begun;
    }

    /**
     * Takes an exchange.
     *
     * @param begins whether it begins a conversation
     */
    void observe(int account, Observation seen, boolean begins) {
        List<HoldoutGroup> trials = byAccount.get(account);
        if (trials != null) {
            int second = (int) (seen.start / 1000);
            for (HoldoutGroup trial : trials) {
                trial.observe(account, seen, begins, second);
            }
        }
    }

    /** Returns what the trials have shown, the strongest first, and tries anew who is left of those that were impure. */
    List<Finding> judged(AnalysisRound round, int now) {
        List<Finding> findings = new ArrayList<>();
        List<HoldoutGroup> next = new ArrayList<>();
        while (!over.isEmpty() && over.element().until() < now - REMEMBERED) {
            end(over.element());
        }
        for (HoldoutGroup trial : List.copyOf(running)) {
            Finding finding = trial.hasNews() ? round.judge(trial, next) : null;
            if (finding != null) {
                findings.add(finding);
            }
            if (trial.isOver()) {
                close(trial);
            }
        }
        next.forEach(this::beginAnew);
        findings.sort(Comparator.comparingDouble(Finding::total).reversed());
        return findings;
    }

    /** Begins a trial; where one of about the same accounts is running, the others join that. The oldest end when there is no room. */
    boolean begin(HoldoutGroup trial) {
        HoldoutGroup like = like(trial, true);
        if (like != null) {
            join(like, trial);
            return false;
        }
        add(trial);
        return true;
    }

    /**
     * Begins a trial of some of those that were tried, unless one of about the same accounts is running: of those who were not
     * caught as of any group.
     */
    void beginAnew(HoldoutGroup trial) {
        if (trial.isRest()) {
            begin(trial);
        } else if (like(trial, false) == null) {
            add(trial);
        }
    }

    private void add(HoldoutGroup trial) {
        running.add(trial);
        begun++;
        for (int account : trial.accounts) {
            byAccount.computeIfAbsent(account, absent -> new ArrayList<>(1)).add(trial);
        }
        makeRoom(trial.isOfTemplate());
    }

    /** Ends the oldest of a kind, so that neither kind takes the other's room. */
    private void makeRoom(boolean ofTemplates) {
        List<HoldoutGroup> kind = kind(ofTemplates);
        int count = kind.size();
        int seats = seats(kind);
        for (HoldoutGroup trial : kind) {
            if (count <= MOST && seats <= MOST_SEATS) {
                return;
            }
            count--;
            seats -= trial.accounts.length;
            end(trial);
        }
    }

    private List<HoldoutGroup> kind(boolean ofTemplates) {
        return running.stream()
                .filter(trial -> trial.isOfTemplate() == ofTemplates)
                .toList();
    }

    private static int seats(List<HoldoutGroup> trials) {
        return trials.stream().mapToInt(trial -> trial.accounts.length).sum();
    }

    /** Lets a trial take no room any more but for the memory of whom it was of. */
    private void close(HoldoutGroup trial) {
        running.remove(trial);
        over.add(trial);
        if (over.size() > MOST_OVER) {
            end(over.element());
        }
    }

    /**
     * Returns the trial that began with about the same accounts, or of the same template; null when there is none.
     *
     * @param evenOver whether it may have ended
     */
    private @Nullable HoldoutGroup like(HoldoutGroup named, boolean evenOver) {
        int[] accounts = named.accounts;
        return shared(
                        named,
                        (trial, account) -> trial.isLike(named)
                                && (evenOver || !trial.isOver())
                                && (named.isOpen() || trial.beganWith(account)))
                .entrySet()
                .stream()
                .filter(e -> named.isOfTemplate()
                        || e.getValue() >= SAME * (named.isOpen() ? accounts.length : union(e, accounts.length)))
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(null);
    }

    private static int union(Map.Entry<HoldoutGroup, Integer> shared, int accounts) {
        return accounts + shared.getKey().first.length - shared.getValue();
    }

    /**
     * Lets those follow a group that was found who are named in the same way as it is, whether they are new or not.
     *
     * @param named who share something, as of now
     * @param caught who stands at {@code tightened} or above
     */
    void follow(HoldoutGroup named, IntPredicate caught) {
        if (named.isOpen()) {
            return;
        }
        shared(
                        named,
                        (trial, account) ->
                                !trial.isOpen() && isOfKind(trial, named) && !trial.isFollower(trial.member(account)))
                .forEach((trial, count) -> {
                    int[] core = trial.core();
                    if (count >= SAME * core.length
                            && 2 * Arrays.stream(core).filter(caught).count() > core.length) {
                        take(trial, named, account -> !caught.test(account), trial::follow);
                    }
                });
    }

    private static boolean isOfKind(HoldoutGroup trial, HoldoutGroup named) {
        return !trial.isOver() && trial.found == named.found && trial.picked == named.picked;
    }

    /** Returns how many of a group's accounts each trial has, of those that count. */
    private Map<HoldoutGroup, Integer> shared(HoldoutGroup named, BiPredicate<HoldoutGroup, Integer> counts) {
        Map<HoldoutGroup, Integer> shared = new LinkedHashMap<>();
        for (int account : named.accounts) {
            for (HoldoutGroup trial : byAccount.getOrDefault(account, List.of())) {
                if (counts.test(trial, account)) {
                    shared.merge(trial, 1, Integer::sum);
                }
            }
        }
        return shared;
    }

    /** Lets those join a trial that is under way who are named in the same way now. */
    private void join(HoldoutGroup running, HoldoutGroup named) {
        if (!isOfKind(running, named)) {
            return;
        }
        running.takeTemplates(named);
        take(running, named, account -> running.isOpen() || newcomer.test(account, running.since), running::join);
    }

    /** Takes accounts into a trial. */
    @FunctionalInterface
    private interface Taking {
        void take(int since, int... more);
    }

    /** Takes those of a group who are not there yet, as long as there is room. */
    private void take(HoldoutGroup running, HoldoutGroup named, IntPredicate which, Taking taking) {
        int room = Math.min(MOST_JOINED - running.accounts.length, MOST_SEATS - seats(kind(running.isOfTemplate())));
        int[] more = Arrays.stream(named.accounts)
                .filter(account -> running.member(account) < 0 && which.test(account))
                .limit(Math.max(0, room))
                .toArray();
        if (more.length > 0) {
            taking.take(named.since, more);
            for (int account : more) {
                byAccount.computeIfAbsent(account, absent -> new ArrayList<>(1)).add(running);
            }
        }
    }

    void end(HoldoutGroup trial) {
        boolean runs = running.remove(trial);
        if (runs || over.remove(trial)) {
            for (int account : trial.accounts) {
                byAccount.computeIfPresent(account, (same, trials) -> {
                    trials.remove(trial);
                    return trials.isEmpty() ? null : trials;
                });
            }
        }
    }

    /** Ends all trials of accounts whose numbers may become another's. */
    void forget(int... accounts) {
        Arrays.stream(accounts)
                .mapToObj(account -> List.copyOf(byAccount.getOrDefault(account, List.of())))
                .forEach(trials -> trials.forEach(this::end));
    }
}
