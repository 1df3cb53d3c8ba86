package dev.stillgate.spi;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The fleet of a gateway without a store: its feeds drop all records, and it has no shared buckets. */
public final class LoneFleet implements Fleet {
    @Override
    public Link link() {
        return Link.ALONE;
    }

    @Override
    public String node() {
        return "alone";
    }

    @Override
    public int nodes() {
        return 1;
    }

    @Override
    public boolean leads(String role) {
        return true;
    }

    @Override
    public FleetFeed feed(String topic) {
        return Nowhere.INSTANCE;
    }

    @Override
    public SharedBuckets buckets() {
        return Nowhere.INSTANCE;
    }

    private enum Nowhere implements FleetFeed, SharedBuckets {
        INSTANCE;

        @Override
        public boolean publish(byte[] record) {
            return false;
        }

        @Override
        public CompletionStage<Void> send(byte[] record) {
            return CompletableFuture.failedFuture(new IllegalStateException("this gateway has no fleet"));
        }

        @Override
        public void subscribe(Reader reader) {}

        @Override
        public CompletionStage<Drawn> draw(Draw draw) {
            return CompletableFuture.failedFuture(new IllegalStateException("this gateway has no fleet"));
        }
    }
}
