package dev.stillgate.tokenbucket.policy;

import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import dev.stillgate.tokenbucket.policy.OwnerLimits.Variant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one policy for each kind of owner, tier and standing. They are computed once, so that a request only
 * looks them up; those of pools again when the learnt budget changes. Thread-safe.
 */
public final class PolicyLimits {
    private static final System.Logger LOG = System.getLogger(PolicyLimits.class.getName());

    private final TokenBucketPolicy policy;
    private final long generation;
    private final double share;
    private final Map<Standing, AccountLimits> standard;
    private final Map<String, Map<Standing, AccountLimits>> byTier = new HashMap<>();
    private final ToLongFunction<@Nullable String> learntRequests;
    private final OwnerLimits pool;
    private final ConcurrentHashMap<String, LearntPool> learntPools = new ConcurrentHashMap<>();
    private final OwnerLimits organisation;
    private final OwnerLimits everyone;
    private final OwnerLimits overflow;
    private final OwnerLimits newcomer;

    /**
     * Computes the limits of a policy.
     *
     * @throws PolicyException if a factor makes a limit impossible
     */
    public PolicyLimits(TokenBucketPolicy policy, long generation) {
        this(policy, generation, tier -> 0);
    }

    /**
     * Computes the limits of a policy.
     *
     * @param learntRequests the requests a day by tier that known customers need; 0 if unknown
     * @throws PolicyException if a factor makes a limit impossible
     */
    public PolicyLimits(TokenBucketPolicy policy, long generation, ToLongFunction<@Nullable String> learntRequests) {
        this(policy, generation, learntRequests, 1.0);
    }

    private PolicyLimits(
            TokenBucketPolicy policy, long generation, ToLongFunction<@Nullable String> learntRequests, double share) {
        this.learntRequests = learntRequests;
        this.share = share;
        this.policy = policy;
        this.generation = generation;
        this.standard = byStanding(null);
        for (String tier : policy.tierNames()) {
            byTier.put(tier, byStanding(tier));
        }
        this.pool = poolLimits(Variant.DEFAULT, 0);
        this.organisation = limits(Variant.DEFAULT, Set.of(Owner.ORGANISATION), limit -> 1.0);
        this.everyone = limits(Variant.DEFAULT, Set.of(Owner.EVERYONE), limit -> 1.0);
        this.overflow = unreportedLimits(policy.overflowFactor());
        this.newcomer = unreportedLimits(1.0);
    }

    /** Returns the limits divided by the number of gateways. */
    public PolicyLimits dividedBy(int gateways) {
        return new PolicyLimits(policy, generation, learntRequests, 1.0 / gateways);
    }

    public long generation() {
        return generation;
    }

    public TokenBucketPolicy policy() {
        return policy;
    }

    /** Returns whether another policy has the same limits, factors, account bound and budget of pools. */
    public boolean matches(TokenBucketPolicy other) {
        return policy.limits().equals(other.limits())
                && policy.tierFactors().equals(other.tierFactors())
                && policy.standingFactors().equals(other.standingFactors())
                && policy.overflowFactor() == other.overflowFactor()
                && policy.accountBound() == other.accountBound()
                && policy.userBound() == other.userBound()
                && policy.poolBudget().equals(other.poolBudget())
                && policy.currency().equals(other.currency());
    }

    /**
     * Returns the limits of an account.
     *
     * @param withoutOrganisation whether the account belongs to no organisation
     */
    public OwnerLimits account(@Nullable String tier, Standing standing, boolean withoutOrganisation) {
        AccountLimits accountLimits = accountLimits(tier, standing);
        return withoutOrganisation ? accountLimits.withoutOrganisation : accountLimits.inOrganisation;
    }

    private AccountLimits accountLimits(@Nullable String tier, Standing standing) {
        Map<Standing, AccountLimits> byStanding = tier == null ? standard : byTier.getOrDefault(tier, standard);
        AccountLimits accountLimits = byStanding.get(standing);
        if (accountLimits == null) {
            throw new IllegalStateException("no limits for " + standing);
        }
        return accountLimits;
    }

    /** Returns the limits of an end user of an account. */
    public OwnerLimits user(@Nullable String tier, Standing standing) {
        return accountLimits(tier, standing).user;
    }

    public OwnerLimits account(Variant variant) {
        return account(variant.tier(), variant.standing(), variant.withoutOrganisation());
    }

    /** Returns the limits of an owner; for an account, those of its variant. */
    public OwnerLimits of(Owner owner, Variant variant) {
        return switch (owner) {
            case ACCOUNT -> account(variant);
            case USER -> user(variant.tier(), variant.standing());
            case POOL -> pool(variant.tier());
            case ORGANISATION -> organisation;
            case EVERYONE -> everyone;
        };
    }

    /** Returns whether any limit has a scope. */
    public boolean usesScope(Scope scope) {
        return policy.limits().stream().anyMatch(limit -> limit.scopes().contains(scope));
    }

    /**
     * Returns the limits of a pool: those of one account without a tier and with a clear standing, and the budget.
     *
     * @param tier the tier by whose customers the budget is learnt; null without a tier
     */
    public OwnerLimits pool(@Nullable String tier) {
        long requests = learntRequests(tier);
        if (requests == 0) {
            return pool;
        }
        String name = tier == null ? "" : tier;
        LearntPool known = learntPools.get(name);
        if (known == null || known.requests != requests) {
            Variant variant = new Variant(tier, Standing.CLEAR, true);
            known = new LearntPool(requests, poolLimits(variant, requests));
            learntPools.put(name, known);
        }
        return known.limits;
    }

    /** Returns the one of two tiers with the smaller budget of a pool. */
    @Nullable
    public String smallerPool(@Nullable String first, @Nullable String second) {
        long a = learntRequests(first);
        long b = learntRequests(second);
        return a == 0 || (b != 0 && b < a) ? second : first;
    }

    private long learntRequests(@Nullable String tier) {
        return policy.learnsPoolRequests() ? learntRequests.applyAsLong(tier) : 0;
    }

    /** The limits of a pool with a learnt number of requests a day. */
    private record LearntPool(long requests, OwnerLimits limits) {}

    public OwnerLimits organisation() {
        return organisation;
    }

    public OwnerLimits everyone() {
        return everyone;
    }

    public OwnerLimits overflow() {
        return overflow;
    }

    /** Returns the limits of a credential that was never accepted. */
    public OwnerLimits newcomer() {
        return newcomer;
    }

    /** Warns in the log of limits that were renamed or rescoped since the policy before. */
    public void warnOfChanges(String filter, PolicyLimits before) {
        List<String> removed = missing(before);
        List<String> added = before.missing(this);
        if (!removed.isEmpty() && !added.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}: the limits {1} were removed and {2} were added; if they were renamed, the largest use of"
                            + " any limit of the same measure is carried over",
                    filter,
                    removed,
                    added);
        }
        List<String> rescoped = rescoped(before);
        if (!rescoped.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "{0}: the scope of the limits {1} has changed; their new buckets start full",
                    filter,
                    rescoped);
        }
    }

    /** Returns the names of limits that only the other policy has. */
    private List<String> missing(PolicyLimits other) {
        List<String> names =
                new ArrayList<>(other.policy.limits().stream().map(Limit::name).toList());
        names.removeAll(policy.limits().stream().map(Limit::name).toList());
        return names;
    }

    /** Returns the names of limits whose scope differs between the policies. */
    private List<String> rescoped(PolicyLimits other) {
        return policy.limits().stream()
                .filter(limit -> other.policy.limits().stream()
                        .anyMatch(before -> before.name().equals(limit.name())
                                && !before.scopes().equals(limit.scopes())))
                .map(Limit::name)
                .toList();
    }

    /** The limits of accounts without an organisation, of accounts in one, and of an end user. */
    private record AccountLimits(OwnerLimits withoutOrganisation, OwnerLimits inOrganisation, OwnerLimits user) {}

    private Map<Standing, AccountLimits> byStanding(@Nullable String tier) {
        Map<Standing, AccountLimits> all = new EnumMap<>(Standing.class);
        double factor = 1.0;
        AccountLimits accountLimits = null;
        for (Standing standing : Standing.values()) {
            Double own = policy.standingFactors().get(standing);
            if (accountLimits == null || (own != null && own != factor)) {
                factor = own == null ? factor : own;
                accountLimits = accountLimits(tier, standing, factor);
            }
            all.put(standing, accountLimits);
        }
        return all;
    }

    private AccountLimits accountLimits(@Nullable String tier, Standing standing, double standingFactor) {
        ToDoubleFunction<Limit> factors = limit -> standingFactor * policy.tierFactor(limit, tier);
        return new AccountLimits(
                limits(new Variant(tier, standing, true), Set.of(Owner.ACCOUNT, Owner.ORGANISATION), factors),
                limits(new Variant(tier, standing, false), Set.of(Owner.ACCOUNT), factors),
                limits(new Variant(tier, standing, true), Set.of(Owner.USER), factors));
    }

    private OwnerLimits limits(Variant variant, Set<Owner> owners, ToDoubleFunction<Limit> factors) {
        List<List<TokenLimit>> byKind = byKind(owners, factors);
        if (owners.contains(Owner.ACCOUNT)) {
            byKind.forEach(limits -> limits.replaceAll(TokenLimit::ofAccount));
        }
        return new OwnerLimits(generation, variant, byKind);
    }

    /** Returns an account's limits times a factor, whose use is not reported. */
    private OwnerLimits unreportedLimits(double factor) {
        List<List<TokenLimit>> byKind = byKind(Set.of(Owner.ACCOUNT, Owner.ORGANISATION), limit -> factor);
        byKind.forEach(limits -> limits.replaceAll(TokenLimit::ofPrefix));
        return new OwnerLimits(generation, Variant.DEFAULT, byKind);
    }

    private OwnerLimits poolLimits(Variant variant, long learnt) {
        List<List<TokenLimit>> byKind = byKind(Set.of(Owner.ACCOUNT, Owner.ORGANISATION), limit -> 1.0);
        for (Limit limit : policy.poolLimits(learnt)) {
            byKind.get(OwnerLimits.kind(limit.scopes())).add(limit.scaled(1.0, share, policy.currency()));
        }
        byKind.forEach(limits -> limits.replaceAll(TokenLimit::ofPool));
        return new OwnerLimits(generation, variant, byKind);
    }

    private List<List<TokenLimit>> byKind(Set<Owner> owners, ToDoubleFunction<Limit> factors) {
        List<List<TokenLimit>> byKind = new ArrayList<>();
        for (int kind = 0; kind < OwnerLimits.KINDS; kind++) {
            byKind.add(new ArrayList<>());
        }
        for (int i = 0; i < policy.limits().size(); i++) {
            Limit limit = policy.limits().get(i);
            if (owners.contains(Owner.of(limit.scopes()))) {
                byKind.get(OwnerLimits.kind(limit.scopes())).add(scaled(i, limit, factors.applyAsDouble(limit)));
            }
        }
        return byKind;
    }

    private TokenLimit scaled(int index, Limit limit, double factor) {
        try {
            return limit.scaled(factor, share, policy.currency());
        } catch (IllegalArgumentException e) {
            throw new PolicyException("limits[" + index + "]", e.getMessage() + " (times " + factor + ')');
        }
    }
}
