package dev.stillgate.tokenbucket;

import static dev.stillgate.tokenbucket.Policies.HERE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Ticker;
import dev.stillgate.testkit.FakeTicker;
import dev.stillgate.tokenbucket.bucket.BucketSet;
import dev.stillgate.tokenbucket.bucket.BucketTable;
import dev.stillgate.tokenbucket.bucket.Buckets;
import dev.stillgate.tokenbucket.bucket.Reservation;
import dev.stillgate.tokenbucket.policy.Limit;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The buckets of one filter, and requests of accounts against them without a filter. */
public final class BucketHarness {
    /** The result of a request. */
    public enum Result {
        /** Taken from the account's own buckets. */
        OWN,
        /** Taken from the buckets of its address prefix. */
        SHARED,
        /** Refused by the account's own buckets. */
        REFUSED,
        /** Refused by the buckets of its address prefix. */
        REFUSED_SHARED
    }

    public final FakeTicker ticker;
    public final Buckets buckets;

    /** Creates buckets in virtual time. */
    public BucketHarness() {
        this(new FakeTicker());
    }

    /** Creates buckets in the virtual time of others. */
    public BucketHarness(FakeTicker ticker) {
        this.ticker = ticker;
        this.buckets = new Buckets(ticker, Runnable::run, BucketTable.SLACK, null, account -> Standing.CLEAR);
    }

    public BucketHarness(Ticker clock, Executor maintenance, Duration slack) {
        this.ticker = new FakeTicker();
        this.buckets = new Buckets(clock, maintenance, slack, null, account -> Standing.CLEAR);
    }

    public PolicyLimits policy(Limit... limits) {
        return policy(Policies.policy(limits));
    }

    public PolicyLimits policy(TokenBucketPolicy policy) {
        return buckets.limits(policy);
    }

    /** Takes a number of requests at once, as a batch does, and settles them at the amounts taken. */
    public Result take(Account account, PolicyLimits limits, long requests) {
        return take(account, HERE, limits, requests);
    }

    public Result take(Account account, InetAddress address, PolicyLimits limits, long requests) {
        return take(account, null, address, limits, requests);
    }

    /** Takes a number of requests of an account in a pool, as {@link #take(Account, PolicyLimits, long)}. */
    public Result takePooled(Account account, String pool, PolicyLimits limits, long requests) {
        return take(account, pool, HERE, limits, requests);
    }

    private Result take(
            Account account, @Nullable String pool, InetAddress address, PolicyLimits limits, long requests) {
        Reservation reservation = new Reservation();
        reservation.reset();
        reservation.requests = requests;
        reservation.pool = pool;
        Standing standing = pool == null ? Standing.CLEAR : Standing.POOLED;
        if (!buckets.take(account, standing, address, limits, reservation)) {
            return reservation.overflows ? Result.REFUSED_SHARED : Result.REFUSED;
        }
        Result result = reservation.overflows ? Result.SHARED : Result.OWN;
        reservation.costsReserve = true;
        buckets.settle(reservation);
        return result;
    }

    /** Takes requests one by one until one is refused, and returns their number. */
    long drain(Account account, PolicyLimits limits) {
        long granted = 0;
        while (take(account, limits, 1) == Result.OWN) {
            granted++;
        }
        return granted;
    }

    /** Begins an exchange, which must fit, and returns its reservation. */
    public Reservation begin(Account account, PolicyLimits limits, long input, long output) {
        Reservation reservation = prompt(limits, "m", input, output);
        assertThat(buckets.take(account, Standing.CLEAR, HERE, limits, reservation))
                .isTrue();
        return reservation;
    }

    Reservation prompt(PolicyLimits limits, String model, long input, long output) {
        Reservation reservation = new Reservation();
        reservation.reset();
        reservation.hasTokens = true;
        reservation.input = input;
        reservation.output = output;
        reservation.modelName = model;
        reservation.model = buckets.models().number(model);
        return reservation;
    }

    public void settle(Reservation reservation, long requests, long input, long output) {
        reservation.setCost(requests, input, output);
        buckets.settle(reservation);
    }

    /** Returns the level of each limit of an account, by name. */
    public Map<String, Long> levels(String account) {
        return levels(buckets.table(Owner.ACCOUNT).find(account));
    }

    /** Returns the level of each limit of a pool, by name. */
    public Map<String, Long> poolLevels(String pool) {
        return levels(buckets.pools().find(pool));
    }

    Map<String, Long> levels(BucketSet set) {
        Map<String, Long> levels = new HashMap<>();
        if (set != null) {
            set.visit(buckets.now(), (bucket, now) -> {
                for (int i = 0; i < bucket.limits().size(); i++) {
                    levels.put(bucket.limits().get(i).name(), bucket.level(i));
                }
                TokenLimit[] concurrency = bucket.limits().concurrency();
                for (int i = 0; i < concurrency.length; i++) {
                    levels.put(concurrency[i].name(), concurrency[i].capacity() - bucket.concurrencyInUse(i));
                }
            });
        }
        return levels;
    }

    /** Returns the number of sets evicted while not full. */
    public long evictedUnfilled() {
        return buckets.table(Owner.ACCOUNT).evictedUnfilled()
                + buckets.pools().evictedUnfilled()
                + buckets.table(Owner.ORGANISATION).evictedUnfilled();
    }
}
