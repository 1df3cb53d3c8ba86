package dev.stillgate.proxy.orders;

import dev.stillgate.spi.orders.Order;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A store in memory that several gateways share; it can be lost, wiped, and lose a response. Thread-safe. */
final class FakeStore {
    final Map<String, SharedRecords.Stored> records = new TreeMap<>();
    private final List<Link> links = new ArrayList<>();
    private long millis;

    FakeStore(long millis) {
        this.millis = millis;
    }

    Link link() {
        Link link = new Link();
        links.add(link);
        return link;
    }

    synchronized long millis() {
        return millis;
    }

    synchronized void advance(long by) {
        millis += by;
    }

    private void tell(String id) {
        SharedRecords.Stored record = records.get(id);
        for (Link link : List.copyOf(links)) {
            if (link.isJoined && record != null) {
                link.waiting.add(id);
            }
        }
    }

    /** Delivers the changes to all gateways, until there are none. */
    void deliver() {
        for (boolean more = true; more; ) {
            more = false;
            for (Link link : List.copyOf(links)) {
                List<String> ids = List.copyOf(link.waiting);
                link.waiting.clear();
                Map<String, SharedRecords.Stored> found = new HashMap<>(records);
                found.keySet().retainAll(ids);
                if (link.isJoined && !found.isEmpty()) {
                    more = true;
                    link.listener.changed(found);
                }
            }
        }
    }

    /** The connection of one gateway. */
    final class Link implements SharedRecords {
        private final List<String> waiting = new ArrayList<>();
        private Listener listener = new Listener() {
            @Override
            public void joined() {}

            @Override
            public void changed(Map<String, Stored> records) {}
        };
        private boolean isJoined;
        private boolean losesResponses;

        void join() {
            isJoined = true;
            losesResponses = false;
            listener.joined();
        }

        void lose() {
            isJoined = false;
            waiting.clear();
        }

        void loseResponses() {
            losesResponses = true;
        }

        private <T> CompletionStage<T> answer(Supplier<T> action) {
            synchronized (FakeStore.this) {
                if (!isJoined) {
                    return CompletableFuture.failedStage(new IllegalStateException("lost"));
                }
                T result = action.get();
                return losesResponses
                        ? CompletableFuture.failedStage(new IllegalStateException("no response"))
                        : CompletableFuture.completedStage(result);
            }
        }

        @Override
        public CompletionStage<Stored> add(String id, String body, Order.Rank after) {
            return answer(() -> {
                Order.Rank present = new Order.Rank(millis, 0);
                Order.Rank greatest = records.values().stream()
                        .map(Stored::rank)
                        .max(Order.Rank::compareTo)
                        .orElse(Order.Rank.LEAST);
                Order.Rank last = after.compareTo(greatest) < 0 ? greatest : after;
                Stored added = new Stored(last.compareTo(present) < 0 ? present : last.next(), millis, body);
                if (records.putIfAbsent(id, added) == null) {
                    tell(id);
                }
                return records.get(id);
            });
        }

        @Override
        public CompletionStage<Void> put(Map<String, Stored> put) {
            return answer(() -> {
                put.forEach((id, record) -> {
                    if (!record.equals(records.put(id, record))) {
                        tell(id);
                    }
                });
                return null;
            });
        }

        @Override
        public CompletionStage<Void> remove(Set<String> ids) {
            return answer(() -> {
                records.keySet().removeAll(ids);
                return null;
            });
        }

        @Override
        public CompletionStage<Set<String>> ids() {
            return answer(() -> new HashSet<>(records.keySet()));
        }

        @Override
        public CompletionStage<Map<String, Stored>> get(Set<String> ids) {
            return answer(() -> {
                Map<String, Stored> found = new HashMap<>(records);
                found.keySet().retainAll(ids);
                return found;
            });
        }

        @Override
        public void listen(Listener receiver) {
            listener = receiver;
        }
    }
}
