package dev.stillgate.tokenbucket.bucket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.Account;
import dev.stillgate.tokenbucket.policy.Measure;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.ReachedShare;
import dev.stillgate.tokenbucket.policy.Shares;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reached shares of limits on their way to the operator's webhook. Exchanges put them into a bounded queue, and a
 * background task reports each share of an owner once in a period. The id of a report is a function of filter, limit,
 * owner, share and period. All gateways of a fleet and a restarted gateway therefore give a report the same id.
 * Thread-safe.
 */
public final class ShareNotices {
    /** The type of the reports. */
    public static final String TYPE = "limit.share";

    private static final System.Logger LOG = System.getLogger(ShareNotices.class.getName());
    private static final int ROOM = 1024;
    private static final int MOST_KNOWN = 100_000;

    private final ArrayBlockingQueue<Notice> waiting = new ArrayBlockingQueue<>(ROOM);
    private final LongAdder dropped = new LongAdder();

    /**
     * The owners of sent reports by their ids, so that a clock that was ahead silences no period; the least recently used are
     * evicted.
     */
    @GuardedBy("this")
    private final Map<String, String> told = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MOST_KNOWN;
        }
    };

    private record Notice(ReachedShare reached, String owner, long millis) {}

    /** Receives reports. */
    @FunctionalInterface
    public interface Reporter {
        /**
         * Receives a report.
         *
         * @param id the id of the report
         * @param data texts by name
         */
        void report(String type, String id, Map<String, String> data);
    }

    /** Returns the names of the model and the route that a bucket counts. */
    @FunctionalInterface
    public interface Partitions {
        /**
         * Returns the name.
         *
         * @param model whether the model is asked for, else the route
         */
        @Nullable
        String name(int key, boolean model);
    }

    /** Queues what an exchange has reached; drops it if the queue is full. */
    void add(Account account, ReachedShare reached, long millis) {
        String organisation = account.organisation();
        String owner = switch (reached.limit().owner()) {
            case ACCOUNT, USER -> account.id();
            case POOL -> reached.pool();
            case ORGANISATION -> organisation;
            case EVERYONE -> "";
        };
        if (owner != null && !waiting.offer(new Notice(reached, owner, millis))) {
            dropped.increment();
        }
    }

    /**
     * Reports the queued shares that were not reported in their period yet.
     *
     * @param filter the name of the filter
     */
    public synchronized void drain(String filter, Partitions partitions, Reporter reporter) {
        long lost = dropped.sumThenReset();
        if (lost > 0) {
            LOG.log(System.Logger.Level.WARNING, "{0}: {1} reached shares of limits were not reported", filter, lost);
        }
        for (Notice notice = waiting.poll(); notice != null; notice = waiting.poll()) {
            Shares shares = notice.reached.limit().shares();
            for (int i = notice.reached.first(); shares != null && i < notice.reached.end(); i++) {
                report(filter, notice, shares, i, partitions, reporter);
            }
        }
    }

    /** Forgets the reports of erased owners, the queued ones too. */
    synchronized void erase(Predicate<String> isErased) {
        waiting.removeIf(notice -> isErased.test(notice.owner));
        told.values().removeIf(isErased);
    }

    @GuardedBy("this")
    private void report(
            String filter, Notice notice, Shares shares, int index, Partitions partitions, Reporter reporter) {
        TokenLimit limit = notice.reached.limit();
        Measure measure = limit.measure();
        String model = partitions.name(notice.reached.key(), true);
        String route = partitions.name(notice.reached.key(), false);
        String kind = limit.owner().name().toLowerCase(Locale.ROOT);
        String share = shares.text(index);
        String key = String.join(
                "\n",
                filter,
                limit.name(),
                kind,
                notice.owner,
                Objects.toString(model, ""),
                Objects.toString(route, ""),
                share);
        long period = Math.floorDiv(notice.millis, shares.periodMillis());
        String id = UUID.nameUUIDFromBytes(
                        (key + '\n' + shares.periodMillis() + '\n' + period).getBytes(StandardCharsets.UTF_8))
                .toString();
        if (told.put(id, notice.owner) != null) {
            return;
        }
        Map<String, String> data = new LinkedHashMap<>();
        data.put("filter", filter);
        data.put("limit", limit.name());
        data.put("measure", measure.label());
        if (limit.owner() != Owner.EVERYONE) {
            data.put(kind, notice.owner);
        }
        if (model != null) {
            data.put("model", model);
        }
        if (route != null) {
            data.put("route", route);
        }
        data.put("share", share);
        data.put("used", measure.text(notice.reached.used()));
        data.put("capacity", measure.text(limit.capacity()));
        data.put("unit", limit.unit());
        data.put("reached", Instant.ofEpochMilli(notice.millis).toString());
        data.put("period", Instant.ofEpochMilli(period * shares.periodMillis()).toString());
        reporter.report(TYPE, id, data);
    }
}
