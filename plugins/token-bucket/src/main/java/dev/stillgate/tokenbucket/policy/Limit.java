package dev.stillgate.tokenbucket.policy;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One limit of a policy.
 *
 * @param name 1 to 40 of {@code a-z}, {@code 0-9} and {@code -}; a limit with the same name keeps its tokens at a
 *     reload
 * @param measure the quantity that is counted
 * @param scope the attributes by which requests are counted separately; the account if null
 * @param models the counted models, as names or as prefixes that end with {@code *}; all models if empty
 * @param capacity the maximum number of tokens, from 1 to 10^12; for cost an amount of money, from 0.000001 to
 *     10^6
 * @param refill the refill rate as {@code tokens/duration}, such as {@code 50/1m}, or {@code amount/duration} for
 *     cost; null for concurrency
 * @param refillStyle greedy if null
 * @param reserve the output reserved before a response begins; up to the ceiling if null
 * @param reserveCeiling the most output reserved before a response begins; half of the capacity if null
 * @param tiers factors on capacity and refill by tier, which override those of the policy
 * @param batches whether batches and fetched results are counted; true if null
 * @param notifyAt the shares of the capacity at which use is reported to the webhook; none if null
 */
public record Limit(
        String name,
        Measure measure,
        @Nullable Set<Scope> scope,
        @Nullable List<String> models,
        BigDecimal capacity,
        @Nullable String refill,
        @Nullable RefillStyle refillStyle,
        @Nullable Reserve reserve,
        @Nullable BigDecimal reserveCeiling,
        @Nullable Map<String, Double> tiers,
        @Nullable Boolean batches,
        @Nullable List<BigDecimal> notifyAt) {
    private static final Set<Scope> ACCOUNT_SCOPE = Set.of(Scope.ACCOUNT);
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

    public Limit {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("name: expected 1 to 40 of a-z, 0-9 and -, found '" + name + "'");
        }
        long capacityUnits = measure.units("capacity", capacity);
        scope = scope == null ? ACCOUNT_SCOPE : Set.copyOf(scope);
        models = models == null ? List.of() : List.copyOf(models);
        tiers = LimitChecks.factors("tiers", tiers);
        batches = batches == null || batches;
        refillStyle = refillStyle == null ? RefillStyle.GREEDY : refillStyle;
        reserve = reserve == null ? Reserve.CEILING : reserve;
        LimitChecks.scope(measure, scope, models);
        LimitChecks.refill(measure, refill);
        LimitChecks.reserve(measure, capacity, reserve, reserveCeiling);
        if (refill != null) {
            Bandwidths.of(name, capacityUnits, Refill.parse(refill, measure), refillStyle, 1000);
        }
        notifyAt = notifyAt == null ? List.of() : List.copyOf(notifyAt);
        LimitChecks.shares(notifyAt, measure, refill);
        if (!notifyAt.isEmpty() && scope.contains(Scope.END_USER)) {
            throw new IllegalArgumentException("notifyAt: not allowed for a limit of end users");
        }
    }

    /** Creates a limit of whole numbers whose use is not reported. */
    public Limit(
            String name,
            Measure measure,
            @Nullable Set<Scope> scope,
            @Nullable List<String> models,
            long capacity,
            @Nullable String refill,
            @Nullable RefillStyle refillStyle,
            @Nullable Reserve reserve,
            @Nullable Long reserveCeiling,
            @Nullable Map<String, Double> tiers,
            @Nullable Boolean batches) {
        this(
                name,
                measure,
                scope,
                models,
                BigDecimal.valueOf(capacity),
                refill,
                refillStyle,
                reserve,
                reserveCeiling == null ? null : BigDecimal.valueOf(reserveCeiling),
                tiers,
                batches,
                null);
    }

    /** Returns the shares at which use is reported. */
    public List<BigDecimal> shares() {
        return Objects.requireNonNullElse(notifyAt, List.of());
    }

    /** Returns the capacity in the units of buckets. */
    public long capacityUnits() {
        return measure.units("capacity", capacity);
    }

    /** Returns the most output reserved before a response begins, in the units of buckets. */
    public long ceilingUnits() {
        return reserveCeiling == null
                ? Math.max(1, capacityUnits() / 2)
                : measure.units("reserveCeiling", reserveCeiling);
    }

    boolean countsBatches() {
        return batches == null || batches;
    }

    Set<Scope> scopes() {
        return scope == null ? ACCOUNT_SCOPE : scope;
    }

    List<String> modelPatterns() {
        return Objects.requireNonNullElse(models, List.of());
    }

    public Map<String, Double> tierFactors() {
        return Objects.requireNonNullElse(tiers, Map.of());
    }

    /** Returns whether the limit counts only some models, or each model separately. */
    boolean isModelSpecific() {
        return !modelPatterns().isEmpty() || scopes().contains(Scope.MODEL);
    }

    /** Returns whether requests for a model are counted; requests without a model always are. */
    boolean counts(@Nullable String model) {
        List<String> patterns = modelPatterns();
        if (model == null) {
            return true;
        }
        for (int i = 0; i < patterns.size(); i++) { // without an iterator, so that a decision allocates nothing
            String pattern = patterns.get(i);
            int length = pattern.length() - 1;
            boolean matches =
                    pattern.charAt(length) == '*' ? model.regionMatches(0, pattern, 0, length) : model.equals(pattern);
            if (matches) {
                return true;
            }
        }
        return patterns.isEmpty();
    }

    /**
     * Returns the limit multiplied by a factor, which is rounded to thousandths.
     *
     * @param share the fraction of the limit that this gateway applies; concurrency is not shared
     * @param currency the currency of a limit of cost
     * @throws IllegalArgumentException if Bucket4j cannot compute the limit exactly in 64 bits
     */
    TokenLimit scaled(double factor, double share, String currency) {
        long units = capacityUnits();
        long thousandths = Bandwidths.toThousandths(measure == Measure.CONCURRENCY ? factor : factor * share);
        long fullCapacity = Bandwidths.scale(units, Bandwidths.toThousandths(factor));
        long scaledCapacity = Bandwidths.scale(units, thousandths);
        long ceiling = reserveCeiling == null
                ? Math.max(1, scaledCapacity / 2)
                : Bandwidths.scale(ceilingUnits(), thousandths);
        String unit = measure == Measure.COST ? currency : measure.displayName();
        String description = measure.text(scaledCapacity) + ' ' + unit;
        Bandwidth bandwidth = null;
        Shares reported = null;
        if (refill != null) {
            Refill rate = Refill.parse(refill, measure);
            reported = shares().isEmpty() ? null : new Shares(shares(), scaledCapacity, rate);
            RefillStyle style = Objects.requireNonNullElse(refillStyle, RefillStyle.GREEDY);
            bandwidth = Bandwidths.of(name, units, rate, style, thousandths);
            description +=
                    ", refilled at " + refill + (thousandths == 1000 ? "" : " times " + (double) thousandths / 1000);
        }
        return new TokenLimit(
                this,
                isModelSpecific(),
                Owner.of(scopes()),
                measure,
                scaledCapacity,
                fullCapacity,
                ceiling,
                reserve == Reserve.STRICT,
                bandwidth,
                bandwidth == null ? null : new BucketConfiguration(List.of(bandwidth)),
                reported,
                unit,
                description);
    }
}
