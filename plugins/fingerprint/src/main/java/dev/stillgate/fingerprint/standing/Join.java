package dev.stillgate.fingerprint.standing;

import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.OrderEnd;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Account that resembles a campaign enough to join it under a standing order. The journal has it as an order.
 *
 * @param order id of the standing order
 * @param cluster id of the confirmed cluster
 * @param pool group whose limits the confirmed accounts share
 * @param effect what the join does; less than the standing order says if a limit was exceeded
 * @param at time of the join, in milliseconds since the epoch
 * @param start number of conversation starts that the scores are from, 1 to 8
 * @param score sum of the log likelihood ratios of both sides, base 10
 * @param asked part of the score that is from what the account asks
 * @param origin part of the score that is from where its requests come from
 * @param bound upper bound on the share of honest newcomers that join, over all standing orders of the stratum
 * @param traits traits with the greatest evidence, as texts; empty after an erasure
 */
public record Join(
        String order,
        String account,
        String cluster,
        String pool,
        Joins effect,
        long at,
        int start,
        double score,
        double asked,
        double origin,
        double bound,
        List<String> traits) {
    /** Action of the order. */
    public static final String ACTION = "join";

    /** Action of the order that ends the joins of a verified account. */
    public static final String RELEASE = "release";

    private static final int MAX_TRAITS = 5;
    private static final String SEPARATOR = "; ";
    private static final String BY = "standing order ";
    static final String OF = "of";
    private static final String START = "start";
    private static final String SCORE = "score";
    private static final String ASKED = "asked";
    private static final String ORIGIN = "origin";
    private static final String BOUND = "bound";

    /**
     * Scores of an account against the profile of a campaign; the components are those of {@link Join}.
     *
     * @param traits at most 5 count
     */
    public record Scores(int start, double score, double asked, double origin, double bound, List<String> traits) {}

    /**
     * Returns the order that writes a join to the journal.
     *
     * @param lifetime how long the account stays joined
     */
    public static OrderDraft draft(StandingOrder order, String account, Scores scores, Duration lifetime) {
        Map<String, Object> details = new HashMap<>();
        details.put(OF, order.id());
        details.put(Label.CLUSTER, order.cluster());
        details.put(Label.POOL, order.pool());
        Joins effect =
                scores.bound <= order.promise() ? order.joins() : order.joins().atMost(Joins.MARK);
        details.put(StandingOrder.JOINS, effect.apiName());
        details.put(START, scores.start);
        details.put(SCORE, scores.score);
        details.put(ASKED, scores.asked);
        details.put(ORIGIN, scores.origin);
        details.put(BOUND, scores.bound);
        String subject = OrderKeys.ofAccount(account);
        return new OrderDraft(
                BY + order.id(),
                // an erasure of the account drops the reason, and with it the traits
                String.join(SEPARATOR, scores.traits.subList(0, Math.min(MAX_TRAITS, scores.traits.size()))),
                ACTION,
                subject,
                OrderKeys.JOIN,
                List.of(account),
                List.of(),
                false,
                OrderEnd.after(lifetime),
                1,
                ACTION + ' ' + order.id() + ' ' + subject,
                details);
    }

    /**
     * Returns the order that ends the joins of an account because it was verified.
     *
     * @param until the end of the join, in milliseconds since the epoch
     */
    public static OrderDraft release(Join join, long until) {
        String subject = OrderKeys.ofAccount(join.account);
        return new OrderDraft(
                BY + join.order,
                "verified with a fact that is new to the campaign",
                RELEASE,
                subject,
                OrderKeys.JOIN,
                List.of(join.account),
                List.of(),
                true,
                OrderEnd.at(until),
                1,
                RELEASE + ' ' + join.order + ' ' + subject,
                Map.of(OF, join.order));
    }

    /** Returns the join of an order of the journal, null for other orders and unknown versions. */
    static @Nullable Join of(Order order) {
        Map<String, Object> details = order.details();
        Joins effect = Joins.of(details.get(StandingOrder.JOINS));
        String of = Label.text(order, OF);
        String cluster = Label.text(order, Label.CLUSTER);
        String pool = Label.text(order, Label.POOL);
        if (!order.action().equals(ACTION)
                || effect == null
                || of == null
                || cluster == null
                || pool == null
                || order.accounts().size() != 1) {
            return null;
        }
        String why = order.why();
        return new Join(
                of,
                order.accounts().getFirst(),
                cluster,
                pool,
                effect,
                order.time(),
                (int) number(details, START),
                number(details, SCORE),
                number(details, ASKED),
                number(details, ORIGIN),
                number(details, BOUND),
                why == null || why.isEmpty() ? List.of() : List.of(why.split(SEPARATOR)));
    }

    public Scores scores() {
        return new Scores(start, score, asked, origin, bound, traits);
    }

    /** Returns whether the account shares the limits of the campaign. */
    public boolean pools() {
        return effect == Joins.POOL;
    }

    Standing applyTo(Standing earned) {
        return earned.reaches(effect.standing) ? earned : effect.standing;
    }

    private static double number(Map<String, Object> details, String key) {
        return details.get(key) instanceof Number number ? number.doubleValue() : 0;
    }

    Join with(Joins other) {
        return new Join(order, account, cluster, pool, other, at, start, score, asked, origin, bound, traits);
    }
}
