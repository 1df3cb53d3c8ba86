package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.traffic.Api;
import dev.stillgate.loadtests.campaign.traffic.Attempt;
import dev.stillgate.loadtests.campaign.traffic.Source;
import dev.stillgate.loadtests.campaign.traffic.World;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** Hourly watch of the review queue: when each account of a campaign was first in it, or stood above it. */
final class QueueWatch implements Source {
    private static final long HOUR = 3_600_000;
    private static final int MOST = 1_000;

    private final ReviewDesk desk;
    private final Predicate<String> isAbove;
    private final World world;
    private final Map<String, Long> reviewed = new HashMap<>(); // last revision of each item
    private final Map<String, Long> since = new HashMap<>();
    private long due;

    /**
     * Creates a watch.
     *
     * @param isAbove whether an account stands so high that it needs no review
     */
    QueueWatch(ReviewDesk desk, Predicate<String> isAbove, World world) {
        this.desk = desk;
        this.isAbove = isAbove;
        this.world = world;
        this.due = world.start() + HOUR;
    }

    @Override
    public long due() {
        return due < world.end() ? due : NEVER;
    }

    @Override
    public void send(Api api) {
        List<ReviewItem> changed = desk.queue(MOST).stream()
                .filter(item -> !Objects.equals(item.revision(), reviewed.put(item.id(), item.revision())))
                .toList();
        Map<String, List<String>> groups = changed.isEmpty() ? Map.of() : desk.groups();
        for (ReviewItem item : changed) {
            List<String> accounts = item.isAccount() ? List.of(item.id()) : groups.getOrDefault(item.id(), List.of());
            accounts.forEach(account -> since.putIfAbsent(account, due));
        }
        due += HOUR;
    }

    /** Records an account that stands above the queue, at its request. */
    void note(Attempt attempt) {
        if (!since.containsKey(attempt.account()) && isAbove.test(attempt.account())) {
            since.put(attempt.account(), attempt.time());
        }
    }

    /** Returns when an account was first in the queue or above, in milliseconds since the epoch, NEVER for not. */
    long since(String account) {
        return since.getOrDefault(account, NEVER);
    }
}
