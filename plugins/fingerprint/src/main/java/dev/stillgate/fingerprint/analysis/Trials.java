package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.Observation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The groups of accounts that are on trial, the newest last. One thread only. */
final class Trials {
    private static final int MOST = 400;
    private static final int MOST_SEATS = 100_000;

    /** How many groups that were tried and found to be strangers are remembered, and for how long, in seconds. */
    private static final int MOST_OVER = 2000;

    private static final int REMEMBERED = 86_400;

    /** The share of their accounts that two groups must have in common to be one. */
    private static final double SAME = 0.7;

    private final List<Trial> running = new ArrayList<>();
    private final Deque<Trial> over = new ArrayDeque<>();
    private final Map<Integer, List<Trial>> byAccount = new HashMap<>();
    private int seats;
    private int begun;

    List<Trial> running() {
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
        List<Trial> trials = byAccount.get(account);
        if (trials != null) {
            int second = (int) (seen.start / 1000);
            for (Trial trial : trials) {
                trial.observe(account, seen, begins, second);
            }
        }
    }

    /** Returns what the trials have shown, the strongest first, and tries anew who is left of those that were impure. */
    List<Finding> judged(Round round, int now) {
        List<Finding> findings = new ArrayList<>();
        List<Trial> next = new ArrayList<>();
        while (!over.isEmpty() && over.element().until() < now - REMEMBERED) {
            end(over.element());
        }
        for (Trial trial : List.copyOf(running)) {
            Finding finding = round.judge(trial, next);
            if (finding != null) {
                findings.add(finding);
            }
            if (trial.isOver()) {
                close(trial);
            }
        }
        next.forEach(this::begin);
        findings.sort(Comparator.comparingDouble(Finding::total).reversed());
        return findings;
    }

    /** Begins a trial unless one of about the same accounts is running; the oldest end when there is no room. */
    boolean begin(Trial trial) {
        if (isRunning(trial.accounts)) {
            return false;
        }
        running.add(trial);
        seats += trial.accounts.length;
        begun++;
        for (int account : trial.accounts) {
            byAccount.computeIfAbsent(account, absent -> new ArrayList<>(1)).add(trial);
        }
        while (running.size() > MOST || seats > MOST_SEATS) {
            end(running.getFirst());
        }
        return true;
    }

    /** Lets a trial take no room any more but for the memory of whom it was of. */
    private void close(Trial trial) {
        running.remove(trial);
        seats -= trial.accounts.length;
        over.add(trial);
        if (over.size() > MOST_OVER) {
            end(over.element());
        }
    }

    private boolean isRunning(int[] accounts) {
        Map<Trial, Integer> shared = new HashMap<>();
        for (int account : accounts) {
            for (Trial trial : byAccount.getOrDefault(account, List.of())) {
                shared.merge(trial, 1, Integer::sum);
            }
        }
        return shared.entrySet().stream()
                .anyMatch(e -> e.getValue() >= SAME * (accounts.length + e.getKey().accounts.length - e.getValue()));
    }

    void end(Trial trial) {
        boolean runs = running.remove(trial);
        seats -= runs ? trial.accounts.length : 0;
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
