package dev.stillgate.loadtests.campaign.traffic;

import java.util.Collection;
import java.util.PriorityQueue;

/** Merges sources in order of time. Not thread-safe. */
public final class Traffic {
    private final PriorityQueue<Entry> queue = new PriorityQueue<>();

    private record Entry(long due, int order, Source source) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(due, other.due);
            return byTime != 0 ? byTime : Integer.compare(order, other.order);
        }
    }

    /** @param sources in the order that applies to exchanges of the same time */
    public Traffic(Collection<? extends Source> sources) {
        int order = 0;
        for (Source source : sources) {
            queue.add(new Entry(source.due(), order++, source));
        }
    }

    /** Sends all exchanges before a time. */
    public void run(long until, Api api) {
        for (Entry next = queue.poll(); next != null && next.due < until; next = queue.poll()) {
            next.source.send(api);
            queue.add(new Entry(next.source.due(), next.order, next.source));
        }
    }
}
