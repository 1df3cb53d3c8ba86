package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.PolicyReview;
import dev.stillgate.tokenbucket.bucket.BucketSet;
import dev.stillgate.tokenbucket.bucket.BucketStore;
import dev.stillgate.tokenbucket.bucket.BucketTable;
import dev.stillgate.tokenbucket.bucket.Buckets;
import dev.stillgate.tokenbucket.bucket.LeaseRounds;
import dev.stillgate.tokenbucket.policy.FleetPolicy;
import dev.stillgate.tokenbucket.policy.Owner;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Creates {@code token-bucket} filters. */
public final class TokenBucketFactory implements FilterFactory<TokenBucketPolicy> {
    private static final Duration MAINTENANCE_INTERVAL = Duration.ofSeconds(10);
    private static final Duration SAVE_INTERVAL = Duration.ofSeconds(10);

    private static final Duration ERASE_INTERVAL = Duration.ofSeconds(1);

    /** How often the active policy is compared with the previous one, to warn of renamed and rescoped limits. */
    private static final Duration COMPARE_INTERVAL = Duration.ofSeconds(1);

    /** How often reached shares of limits are passed to the webhook. */
    private static final Duration REPORT_INTERVAL = Duration.ofSeconds(1);

    private final Executor maintenance;

    /**
     * How long cache maintenance waits for more of it. The start of an idle account's exchange is a write to the cache;
     * without the wait each of them would wake a thread.
     */
    private static final long BATCHING_MILLIS = 5;

    /** Creates a factory whose filters run cache maintenance in batches in the common pool, off the event loops. */
    public TokenBucketFactory() {
        this(CompletableFuture.delayedExecutor(BATCHING_MILLIS, TimeUnit.MILLISECONDS));
    }

    public TokenBucketFactory(Executor maintenance) {
        this.maintenance = maintenance;
    }

    @Override
    public String type() {
        return "token-bucket";
    }

    @Override
    public Class<TokenBucketPolicy> policyType() {
        return TokenBucketPolicy.class;
    }

    @Override
    public Filter create(TokenBucketPolicy policy, FilterContext context) {
        Fleet fleet = context.fleet();
        String fleetName = fleet.link() == Fleet.Link.ALONE ? null : context.name();
        BucketStore store = context.state(
                BucketStore.class,
                () -> new BucketStore(
                        context.ticker(),
                        new Buckets(context.ticker(), maintenance, BucketTable.SLACK, fleetName, context.standings()),
                        context.orders()));
        Buckets buckets = store.buckets();
        PolicyLimits limits = buckets.limits(policy);
        Path directory = context.stateDirectory();
        if (directory != null) {
            store.open(directory, limits);
            context.background().every(SAVE_INTERVAL, store::saveWhenDue);
        }
        context.background().every(ERASE_INTERVAL, store::eraseWhenDue);
        context.adminView("accounts", id -> {
            List<String> pools = buckets.pools().of(id, buckets.now());
            return page(buckets.table(Owner.ACCOUNT).find(id), buckets, pools);
        });
        context.adminView("pools", id -> page(buckets.pools().find(id), buckets, List.of()));
        context.adminView(
                "organisations", id -> page(buckets.table(Owner.ORGANISATION).find(id), buckets, List.of()));
        context.gauge("stillgate.token.bucket.saves.failed", store::failures);
        context.gauge("stillgate.token.bucket.held", buckets.table(Owner.ACCOUNT)::size);
        context.gauge("stillgate.token.bucket.users", buckets.table(Owner.USER)::size);
        context.background().every(MAINTENANCE_INTERVAL, () -> buckets.maintain(limits));
        context.background().every(COMPARE_INTERVAL, () -> buckets.activate(limits, context.name()));
        if (policy.reportsShares()) {
            context.background()
                    .everyNonBlocking(REPORT_INTERVAL, () -> buckets.drainNotices(context.name(), context::report));
        }
        LeaseRounds leases = buckets.leases();
        if (leases != null) {
            FleetPolicy settings = policy.fleetPolicy();
            context.gauge("stillgate.token.bucket.fleet", () -> leases.isHealthy(fleet) ? 1 : 0);
            context.background().everyNonBlocking(settings.drawPeriod(), () -> leases.round(fleet, limits, settings));
        }
        return new TokenBucketFilter(policy, limits, buckets, context);
    }

    @Override
    public boolean enforcesPools() {
        return true;
    }

    @Override
    public void review(TokenBucketPolicy policy, PolicyReview review) {
        review.namesTiers(policy.tierNames());
        if (policy.prices() != null && policy.priceTable() == null) {
            review.warn("prices", "no limit counts cost, so these prices have no effect");
        }
        if (policy.priceTable() != null && policy.requireUsage() != TokenBucketPolicy.RequireUsage.INJECT) {
            review.warn(
                    "requireUsage",
                    "set requireUsage: inject beside limits. Without it, a stream of Chat Completions that reports no"
                            + " usage is charged by estimate: hidden reasoning costs nothing, an attached file too"
                            + " little");
        }
        Set<String> known = review.tiers();
        if (known != null) {
            warnOfTiers(policy.tierFactors(), "tiers", known, review);
            for (int i = 0; i < policy.limits().size(); i++) {
                warnOfTiers(policy.limits().get(i).tierFactors(), "limits[" + i + "].tiers", known, review);
            }
        }
        if (review.standings() == PolicyReview.StandingsSource.NONE) {
            warnOfPools(policy, review);
        }
        if (!policy.standingFactors().isEmpty()) {
            switch (review.standings()) {
                case NONE ->
                    review.warn(
                            "standings",
                            "no filter of this policy publishes standings, so these factors have no effect");
                case AFTER ->
                    review.warn(
                            "standings",
                            "the filter that publishes standings runs after this one, so its refusals are counted here"
                                    + " first");
                case BEFORE, SELF -> {}
            }
        }
    }

    private static void warnOfPools(TokenBucketPolicy policy, PolicyReview review) {
        if (policy.hasOwnPoolBudget()) {
            review.warn("pool", "no filter of this policy publishes standings, so no account is pooled");
        }
        if (policy.verify() != null) {
            review.warn("verify", "no filter of this policy publishes standings, so no account is asked to verify");
        }
    }

    private static void warnOfTiers(Map<String, Double> factors, String path, Set<String> known, PolicyReview review) {
        for (String tier : factors.keySet()) {
            if (!known.contains(tier)) {
                review.warn(path + "." + tier, "no listed account has the tier " + tier);
            }
        }
    }

    private static @Nullable BucketPage page(@Nullable BucketSet set, Buckets buckets, List<String> pools) {
        return set == null ? null : BucketPage.of(set, buckets, pools);
    }
}
