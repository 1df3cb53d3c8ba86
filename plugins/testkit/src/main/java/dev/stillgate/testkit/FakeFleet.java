package dev.stillgate.testkit;

import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.FleetFeed;
import dev.stillgate.spi.SharedBuckets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * An in-memory store and the gateways that share it. Each gateway is a {@link Member}. Draws are carried out at once,
 * or when {@link #answer} is called if they are held back.
 */
public final class FakeFleet {
    private final FakeTicker ticker;
    private final Map<String, Held> held = new HashMap<>();
    private final Map<String, List<FleetFeed.Reader>> readers = new HashMap<>();
    private final List<Runnable> waiting = new ArrayList<>();
    private final List<Member> members = new ArrayList<>();
    private final Map<String, String> leaders = new HashMap<>();
    private final Set<String> retired = new HashSet<>();
    private boolean holdBack;
    private boolean lost;
    private Predicate<String> refused = key -> false;

    /** Creates an empty store with the given clock. */
    public FakeFleet(FakeTicker ticker) {
        this.ticker = ticker;
    }

    /** Adds a gateway. */
    public Member join() {
        Member member = new Member("node-" + members.size());
        members.add(member);
        return member;
    }

    /** Holds back all draws until {@link #answer} is called. */
    public void holdBack() {
        holdBack = true;
    }

    /** Carries out the draws held back, and later ones at once. */
    public void answer() {
        holdBack = false;
        List<Runnable> due = new ArrayList<>(waiting);
        waiting.clear();
        due.forEach(Runnable::run);
    }

    /** Sets whether the store is lost. While it is, every draw fails without effect. */
    public void lose(boolean gone) {
        lost = gone;
    }

    /** Makes the draws from some buckets fail without effect, although the store is reachable. */
    public void refuse(Predicate<String> keys) {
        refused = keys;
    }

    /** Takes all roles from a gateway for good, as if it had died and its leases had expired. */
    public void retire(Member member) {
        retired.add(member.node);
        leaders.values().removeIf(member.node::equals);
    }

    /** Returns the tokens in a bucket; its capacity if it was never drawn from. */
    public long left(String key, long capacity) {
        Held bucket = held.get(key);
        return bucket == null ? capacity : bucket.left(ticker.nanos());
    }

    /** Returns the keys of the buckets. */
    public List<String> keys() {
        return held.keySet().stream().sorted().toList();
    }

    /** One gateway of the fleet. */
    public final class Member implements Fleet, SharedBuckets {
        private final String node;

        private Member(String node) {
            this.node = node;
        }

        @Override
        public Link link() {
            return lost ? Link.LOST : Link.JOINED;
        }

        @Override
        public boolean leads(String role) {
            return !retired.contains(node)
                    && leaders.computeIfAbsent(role, absent -> node).equals(node);
        }

        @Override
        public String node() {
            return node;
        }

        @Override
        public int nodes() {
            return members.size();
        }

        @Override
        public FleetFeed feed(String topic) {
            return new FleetFeed() {
                @Override
                public boolean publish(byte[] record) {
                    if (!lost) {
                        readers.getOrDefault(topic, List.of()).forEach(reader -> reader.record(node, record));
                    }
                    return !lost;
                }

                @Override
                public CompletionStage<Void> send(byte[] record) {
                    return publish(record)
                            ? CompletableFuture.completedFuture(null)
                            : CompletableFuture.failedFuture(new IllegalStateException("the store is lost"));
                }

                @Override
                public void subscribe(Reader reader) {
                    readers.computeIfAbsent(topic, absent -> new ArrayList<>()).add(reader);
                }
            };
        }

        @Override
        public SharedBuckets buckets() {
            return this;
        }

        @Override
        public CompletionStage<Drawn> draw(Draw draw) {
            CompletableFuture<Drawn> answer = new CompletableFuture<>();
            Runnable work = () -> {
                if (lost) {
                    answer.completeExceptionally(new TimeoutException("the store is lost"));
                } else if (refused.test(draw.key())) {
                    answer.completeExceptionally(new IllegalStateException("MISCONF the store refuses writes"));
                } else {
                    answer.complete(carryOut(draw));
                }
            };
            if (holdBack) {
                waiting.add(work);
            } else {
                work.run();
            }
            return answer;
        }
    }

    private SharedBuckets.Drawn carryOut(SharedBuckets.Draw draw) {
        Held bucket = held.computeIfAbsent(draw.key(), absent -> new Held(draw.terms(), ticker.nanos()));
        bucket.adopt(draw.terms(), ticker.nanos());
        bucket.tokens =
                Math.min(bucket.tokens - draw.owed(), (double) draw.terms().capacity());
        long granted = Math.clamp((long) Math.floor(bucket.tokens), 0, draw.wanted());
        bucket.tokens -= granted;
        return new SharedBuckets.Drawn(granted, (long) Math.floor(bucket.tokens));
    }

    /** A continuously refilled bucket. */
    private static final class Held {
        private SharedBuckets.Terms terms;
        private double tokens;
        private long since;

        private Held(SharedBuckets.Terms terms, long now) {
            this.terms = terms;
            this.tokens = terms.capacity();
            this.since = now;
        }

        private void adopt(SharedBuckets.Terms wanted, long now) {
            refill(now);
            boolean goesOn = terms.interval() == wanted.interval()
                    && terms.refillTokens() == wanted.refillTokens()
                    && terms.refillPeriod().equals(wanted.refillPeriod());
            since = goesOn ? since : now;
            terms = wanted;
            tokens = Math.min(tokens, (double) wanted.capacity());
        }

        private long left(long now) {
            refill(now);
            return (long) Math.floor(tokens);
        }

        private void refill(long now) {
            double periods = (double) (now - since) / terms.refillPeriod().toNanos();
            if (terms.interval()) {
                periods = Math.floor(periods);
            }
            tokens = Math.min((double) terms.capacity(), tokens + periods * terms.refillTokens());
            since = terms.interval()
                    ? since + (long) (periods * terms.refillPeriod().toNanos())
                    : now;
        }
    }
}
