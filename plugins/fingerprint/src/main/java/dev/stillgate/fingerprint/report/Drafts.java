package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.standing.Label;
import dev.stillgate.fingerprint.standing.OrderArguments;
import dev.stillgate.fingerprint.standing.OrderTime;
import dev.stillgate.fingerprint.standing.OrdersInForce;
import dev.stillgate.fingerprint.standing.Pin;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.files.Digests;
import dev.stillgate.spi.orders.Order;
import dev.stillgate.spi.orders.OrderDraft;
import dev.stillgate.spi.orders.OrderEnd;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Orders of operators before they are written. The analysis must not run meanwhile. */
final class Drafts {
    /** Maximum number of accounts of an order. */
    private static final int MAX_ACCOUNTS = 100_000;

    private static final int DIGEST = 8;

    private final Analyst analyst;
    private final boolean mayLackOrders;

    /** @param mayLackOrders whether other gateways may have orders that this one does not know: then nothing is a repetition */
    Drafts(Analyst analyst, boolean mayLackOrders) {
        this.analyst = analyst;
        this.mayLackOrders = mayLackOrders;
    }

    boolean mayLackOrders() {
        return mayLackOrders;
    }

    /** Returns the end of an order that takes back what this gateway may not know. */
    long longestEnd() {
        return analyst.orders().now() + OrderArguments.LONGEST.toMillis();
    }

    /** Returns an order that lasts until the end that the operator named. */
    OrderDraft lasting(
            OrderArguments given,
            String action,
            String subject,
            String slot,
            List<String> accounts,
            int needs,
            Map<String, Object> details) {
        OrderTime.End end = given.end();
        if (end == null) {
            throw new IllegalArgumentException("the order has no end");
        }
        List<String> except = List.copyOf(given.except());
        return draft(given, action, subject, slot, accounts, except, false, end.end(), needs, details);
    }

    /** Returns an order that takes another one back until that would have ended. */
    OrderDraft withdrawal(
            OrderArguments given,
            String action,
            String slot,
            OrderTarget target,
            List<String> accounts,
            long until,
            int needs) {
        return draft(
                given,
                action,
                target.subject(),
                slot,
                accounts,
                List.of(),
                true,
                OrderEnd.at(until),
                needs,
                target.details());
    }

    /**
     * Returns the decision to take back the orders in force on a target, and on accounts that were ordered with it, until
     * they all would have ended. Nothing is written if there are none, or if others are awaited for it; while the store is
     * lost, an account's order is taken back though it is unknown here.
     *
     * @param orders orders in force, by account
     * @param further orders in force, by account, that end whatever they are about
     * @param after standing of an account after the order
     */
    Decision withdrawal(
            OrderArguments given,
            String action,
            String slot,
            OrderTarget target,
            SortedMap<String, Order> orders,
            Map<String, Order> further,
            Function<String, Standing> after) {
        orders.entrySet()
                .removeIf(order -> !target.accounts().contains(order.getKey())
                        && !order.getValue().subject().equals(target.subject()));
        further.forEach((account, order) -> orders.merge(account, order, (a, b) -> a.until() < b.until() ? b : a));
        boolean isBlind = mayLackOrders && target.cluster() == null;
        List<String> accounts = List.copyOf(isBlind ? target.accounts() : orders.keySet());
        long until = isBlind
                ? longestEnd()
                : orders.values().stream().mapToLong(Order::until).max().orElse(0);
        OrderDraft draft = withdrawal(given, action, slot, target, accounts, until, of(accounts, after));
        boolean isWritten = !accounts.isEmpty() && !isAwaited(draft);
        return new Decision(isWritten ? draft : null, receipt -> target.page(analyst));
    }

    private static OrderDraft draft(
            OrderArguments given,
            String action,
            String subject,
            String slot,
            List<String> accounts,
            List<String> except,
            boolean withdraws,
            OrderEnd end,
            int needs,
            Map<String, Object> details) {
        if (accounts.size() + except.size() > MAX_ACCOUNTS) {
            throw new PolicyException("", "the order is about over " + MAX_ACCOUNTS + " accounts");
        }
        String agreement = action
                + ' '
                + subject
                + ' '
                + digest(accounts)
                + ' '
                + digest(except)
                + ' '
                + (given.standing() == null ? "" : PageValues.name(given.standing()))
                + (given.verified() ? " verified" : "")
                + (given.joins() == null ? "" : " joins " + given.joins().apiName() + ' ' + given.promise());
        return new OrderDraft(
                given.by(),
                given.why(),
                action,
                subject,
                slot,
                accounts,
                except,
                withdraws,
                end,
                needs,
                agreement,
                details);
    }

    private static String digest(Collection<String> accounts) {
        MessageDigest digest = Digests.sha256();
        for (String account : accounts) {
            digest.update(account.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
        }
        return HexFormat.of().formatHex(digest.digest(), 0, DIGEST);
    }

    /** Returns the number of operators that must ask for a judgement. */
    int ofJudgement() {
        return analyst.settings().review().approvals();
    }

    /**
     * Returns the number of operators that must ask for an order that changes set standings or takes judgements back: one,
     * unless an account is pooled or blocked before or after it.
     *
     * @param after standing of an account after the order
     */
    int of(Collection<String> accounts, Function<String, Standing> after) {
        boolean binds = accounts.stream()
                .anyMatch(account -> analyst.ladder().standing(account).reaches(Standing.POOLED)
                        || after.apply(account).reaches(Standing.POOLED));
        return binds ? ofJudgement() : 1;
    }

    /** Returns the standing of an account without its pin. */
    Standing withoutPin(String account) {
        return analyst.ladder().standing(account, null, analyst.ladder().label(account));
    }

    /** Returns the standing of an account without its judgement. */
    Standing withoutLabel(String account) {
        return analyst.ladder().standing(account, analyst.ladder().pin(account), null);
    }

    /** Returns whether the same operator has asked for the same, and others are awaited. */
    boolean isAwaited(OrderDraft draft) {
        OrdersInForce inForce = analyst.ladder().orders();
        if (mayLackOrders) {
            return false;
        }
        Order waiting = inForce.waiting(draft.subject());
        return waiting != null
                && waiting.agreement().equals(draft.agreement())
                && inForce.asked(waiting).stream()
                        .anyMatch(order -> name(order.by()).equals(name(draft.by())));
    }

    private static String name(@Nullable String by) {
        return by == null ? "" : by.strip().toLowerCase(Locale.ROOT);
    }

    /** Returns whether a repeated order leaves a set standing as it is. */
    static boolean repeats(@Nullable Pin pin, OrderArguments given) {
        return pin != null && pin.standing() == given.standing() && isSame(pin.order(), given);
    }

    /** Returns whether a repeated order has the same operator as a judgement, and its end. */
    static boolean repeats(Label label, OrderArguments given) {
        return endsAlike(label.order(), given) && name(label.order().by()).equals(name(given.by()));
    }

    /** Returns whether a repeated order has the same operator, reason and end. */
    static boolean isSame(Order order, OrderArguments given) {
        return endsAlike(order, given)
                && name(order.by()).equals(name(given.by()))
                && Objects.equals(order.why(), given.why());
    }

    static boolean endsAlike(Order order, OrderArguments given) {
        OrderTime.End end = given.end();
        return end != null && end.changesNothing(order.until());
    }
}
