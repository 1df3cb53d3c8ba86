package dev.stillgate.loadtests.orders;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An order as an operator gave it, and how it was answered. Thread-safe once it is answered. */
final class GivenOrder {
    /** Subject that an order decides about. */
    enum Slot {
        STANDING,
        JUDGEMENT,
        /** Ends both others. */
        ERASURE
    }

    /** Effect that follows from the response. */
    enum Outcome {
        PENDING,
        /** The fleet has it (200). */
        KNOWN,
        /** The gateway that answered has it (202). */
        HERE,
        /** It was not given. */
        REFUSED,
        /** Without a response it may have been given, also later. */
        UNANSWERED
    }

    /**
     * Request of an operator.
     *
     * @param standing the standing that it sets, or the effect of a confirmation on accounts that join; null for none
     * @param withdrawn number of the order that it withdraws by id, null for none
     * @param approved number of the order that it approves by id, null for none
     */
    record Request(
            int number,
            String account,
            Slot slot,
            String action,
            @Nullable String standing,
            long seconds,
            int gateway,
            @Nullable Integer withdrawn,
            @Nullable Integer approved) {
        static final String WITHDRAW = "withdraw";

        Request at(int other) {
            return new Request(number, account, slot, action, standing, seconds, other, withdrawn, approved);
        }

        /** Returns a request for the same by another operator. */
        Request again(int another, int other, boolean byId) {
            return new Request(
                    another, account, slot, action, standing, seconds, other, withdrawn, byId ? number : null);
        }

        /** Returns a request that withdraws this one's order by id. */
        Request withdrawal(int another, int other) {
            return new Request(another, account, slot, WITHDRAW, null, 0, other, number, null);
        }

        /** Returns the name of the operator, which identifies the order: a different one for each. */
        String by() {
            return by(number);
        }

        static String by(int number) {
            return "operator-" + number;
        }

        /** Returns the reason, a different one for each order. */
        String why() {
            return "why-" + number + "-zq";
        }

        boolean withdraws() {
            return action.equals("unpin") || action.equals("unlabel") || withdrawn != null || erases();
        }

        boolean isOnCluster() {
            return account.equals(Plan.CLUSTER);
        }

        boolean erases() {
            return slot == Slot.ERASURE;
        }

        /** Returns a text that is equal for orders that ask for the same. */
        String agreement() {
            return slot + " " + account + " " + action + " " + standing + " " + withdrawn;
        }
    }

    /** Tolerance for ends: the way to the store, and the time until an end is noticed. */
    private static final long SLACK_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Request request;
    private final long start = System.nanoTime();
    private Outcome outcome = Outcome.PENDING;
    private int status;
    private long end = Long.MAX_VALUE;
    private long settled = Long.MAX_VALUE;
    private boolean waits;
    private boolean heldClock;

    GivenOrder(Request request) {
        this.request = request;
    }

    Request request() {
        return request;
    }

    /** Notes the response; a waiting order has no effect until another operator asks for the same. */
    synchronized void answered(int received, Outcome meaning, boolean waiting) {
        status = received;
        waits = waiting;
        outcome = meaning;
        end = System.nanoTime();
    }

    /** Notes that the gateway's clock stood still: it may rank the order before others that were given before it. */
    synchronized void onHeldClock() {
        heldClock = true;
    }

    synchronized boolean isOnHeldClock() {
        return heldClock;
    }

    /** Notes that all gateways have sent their orders: this one has its final rank by now, or will never have one. */
    synchronized void settle(long nanos) {
        settled = Math.min(settled, nanos);
    }

    synchronized Outcome outcome() {
        return outcome;
    }

    synchronized int status() {
        return status;
    }

    /** Returns whether the order was answered with success. */
    boolean isAcknowledged() {
        Outcome now = outcome();
        return now == Outcome.KNOWN || now == Outcome.HERE;
    }

    /** Returns whether the response said that the fleet has the order and that it needs no other operator. */
    synchronized boolean isDone() {
        return outcome == Outcome.KNOWN && !waits;
    }

    /** Returns whether the order may have taken effect. */
    boolean mayBeKept() {
        return outcome() != Outcome.REFUSED;
    }

    long start() {
        return start;
    }

    /** Returns the latest time at which it may have been ranked. */
    synchronized long latest() {
        return outcome == Outcome.KNOWN ? end : settled;
    }

    /**
     * Returns whether the order must have a lesser rank than another one. Orders that one gateway acknowledged one after the
     * other keep their order; else the first must be known to the fleet before the second is sent.
     */
    boolean precedes(GivenOrder other) {
        boolean sameGateway = request.gateway == other.request.gateway && isAcknowledged() && other.isAcknowledged();
        synchronized (this) {
            return (sameGateway ? end : latest()) < other.start;
        }
    }

    /** Returns whether the order has certainly not ended by a time. */
    boolean surelyLasts(long nanos) {
        return nanos < start + lasting() - SLACK_NANOS;
    }

    /** Returns whether the order has certainly ended by a time. */
    boolean surelyEnded(long nanos) {
        return nanos - lasting() - SLACK_NANOS > latest();
    }

    /** Returns whether the order may end at a moment of the machine's wall clock. */
    boolean mayEndAt(Instant until) {
        long nanos = System.nanoTime() + Duration.between(Instant.now(), until).toNanos();
        return !surelyLasts(nanos) && nanos - lasting() - SLACK_NANOS <= Math.min(latest(), System.nanoTime());
    }

    private long lasting() {
        return TimeUnit.SECONDS.toNanos(request.seconds);
    }

    @Override
    public String toString() {
        return "#%d %s %s%s at gateway %d%s: %s %d"
                .formatted(
                        request.number,
                        (request.approved == null ? "" : "approve #" + request.approved + " ")
                                + request.action
                                + (request.withdrawn == null ? "" : " #" + request.withdrawn),
                        request.account,
                        request.standing == null ? "" : " " + request.standing,
                        request.gateway,
                        request.withdraws() ? "" : " for " + request.seconds + " s",
                        outcome(),
                        status());
    }
}
