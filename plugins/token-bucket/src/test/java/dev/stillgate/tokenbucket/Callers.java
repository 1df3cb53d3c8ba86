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
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import dev.stillgate.tokenbucket.policy.TokenLimit;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;

/** The buckets of one filter, and callers who take requests from them as the filter does. */
public final class Callers {
    /** How a request went. */
    public enum Went {
        /** Taken from buckets of the account's own. */
        OWN,
        /** Taken from buckets of its address prefix. */
        SHARED,
        /** Refused by buckets of the account's own. */
        REFUSED,
        /** Refused by buckets of its address prefix. */
        REFUSED_SHARED
    }

    public final FakeTicker ticker = new FakeTicker();
    public final Buckets buckets;

    /** Callers in virtual time. */
    public Callers() {
        this.buckets = new Buckets(ticker, Runnable::run, BucketTable.SLACK, null);
    }

    public Callers(Ticker clock, Executor maintenance, Duration slack) {
        this.buckets = new Buckets(clock, maintenance, slack, null);
    }

    public PolicyLimits policy(TokenBucketPolicy.Limit... limits) {
        return policy(Policies.policy(limits));
    }

    public PolicyLimits policy(TokenBucketPolicy policy) {
        return buckets.limits(policy);
    }

    /** Takes so many requests that end at once and cost what was taken, as of a batch. */
    public Went take(Account account, PolicyLimits limits, long requests) {
        return take(account, HERE, limits, requests);
    }

    public Went take(Account account, InetAddress address, PolicyLimits limits, long requests) {
        Reservation demand = new Reservation();
        demand.reset();
        demand.requests = requests;
        if (!buckets.take(account, Standing.CLEAR, address, limits, demand)) {
            return demand.overflows ? Went.REFUSED_SHARED : Went.REFUSED;
        }
        Went went = demand.overflows ? Went.SHARED : Went.OWN;
        demand.costsReserve = true;
        buckets.settle(demand);
        return went;
    }

    /** Takes so many requests one by one as there are, and returns how many. */
    long drain(Account account, PolicyLimits limits) {
        long granted = 0;
        while (take(account, limits, 1) == Went.OWN) {
            granted++;
        }
        return granted;
    }

    /** Begins an exchange of tokens, which must fit, and returns what is to be settled. */
    public Reservation begin(Account account, PolicyLimits limits, long input, long output) {
        Reservation demand = prompt(limits, "m", input, output);
        assertThat(buckets.take(account, Standing.CLEAR, HERE, limits, demand)).isTrue();
        return demand;
    }

    /** Returns the demand of a prompt. */
    Reservation prompt(PolicyLimits limits, String model, long input, long output) {
        Reservation demand = new Reservation();
        demand.reset();
        demand.tokens = true;
        demand.input = input;
        demand.output = output;
        demand.modelName = model;
        demand.model = buckets.models().number(model);
        return demand;
    }

    /** Ends an exchange. */
    public void settle(Reservation demand, long requests, long input, long output) {
        demand.cost(requests, input, output);
        buckets.settle(demand);
    }

    /** Returns what is left of each limit of an account, by name. */
    public Map<String, Long> levels(String account) {
        return levels(buckets.accounts().find(account));
    }

    Map<String, Long> levels(BucketSet set) {
        Map<String, Long> levels = new HashMap<>();
        if (set != null) {
            set.show(buckets.now(), (bucket, now) -> {
                for (int i = 0; i < bucket.limits().size(); i++) {
                    levels.put(bucket.limits().get(i).name(), bucket.level(i));
                }
                TokenLimit[] concurrency = bucket.limits().concurrency();
                for (int i = 0; i < concurrency.length; i++) {
                    levels.put(concurrency[i].name(), concurrency[i].capacity() - bucket.underWay(i));
                }
            });
        }
        return levels;
    }

    /** Returns how many sets were dropped although something was missing from them. */
    public long droppedUnfilled() {
        return buckets.accounts().droppedUnfilled() + buckets.organisations().droppedUnfilled();
    }
}
