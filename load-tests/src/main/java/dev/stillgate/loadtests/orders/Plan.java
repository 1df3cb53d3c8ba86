package dev.stillgate.loadtests.orders;

import dev.stillgate.loadtests.orders.GivenOrder.Request;
import dev.stillgate.loadtests.orders.GivenOrder.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Faults and orders of a run, as they follow from the seed. Not thread-safe. */
final class Plan {
    private static final int ACCOUNTS = 14;

    /** The first cluster that a fleet finds. */
    static final String CLUSTER = "c1";

    /** Number of its members, and of other accounts: at most 1 % may share a rare registration fact. */
    private static final int MEMBERS = 4;

    private static final int OTHERS = 400;

    /** Number of last orders of which one may be withdrawn by its id. */
    private static final int RECENT = 10;

    private static final int SHORTEST_SECONDS = 4;

    private final OrdersOptions options;
    private final Random faults;
    private final Random orders;
    private final List<Request> approvals = new ArrayList<>();
    private final List<Request> recent = new ArrayList<>();
    private int numbers;

    Plan(OrdersOptions options) {
        this.options = options;
        this.faults = new Random(options.seed());
        this.orders = new Random(~options.seed());
    }

    /** A fault that begins some time after the one before. */
    record Step(Fault fault, int gateway, long afterMillis, long lastsMillis) {}

    /** Returns the accounts with keys; each is the subject of orders again and again. */
    static List<String> accounts() {
        return IntStream.range(0, ACCOUNTS).mapToObj(i -> "a-" + i + "-zq").toList();
    }

    /** Returns the accounts that share a device, which links them to a cluster. They are the subject of no other orders. */
    static List<String> members() {
        return IntStream.range(0, MEMBERS).mapToObj(i -> "m-" + i + "-zq").toList();
    }

    /** Returns accounts with a device of their own each, so that the shared one is rare. */
    static List<String> others() {
        return IntStream.range(0, OTHERS).mapToObj(i -> "o-" + i + "-zq").toList();
    }

    Step nextFault() {
        return new Step(
                options.faults().get(faults.nextInt(options.faults().size())),
                faults.nextInt(options.gateways()),
                500 + faults.nextInt(2500),
                1000 + faults.nextInt(6000));
    }

    /** Returns the next order; one in twenty-five erases an account, of which there are no orders afterwards. */
    Request nextOrder(int epoch) {
        int gateway = orders.nextInt(options.gateways());
        int dice = orders.nextInt(100);
        if (options.approvals() > 1 && !approvals.isEmpty() && dice < 45) {
            Request first = approvals.remove(orders.nextInt(approvals.size()));
            return first.again(numbers++, gateway, orders.nextBoolean());
        }
        Request request = !recent.isEmpty() && dice >= 90
                ? recent.remove(orders.nextInt(recent.size())).withdrawal(numbers++, gateway)
                : request(epoch, gateway, orders.nextInt(100));
        if (!request.withdraws()) {
            recent.add(request);
        }
        if (recent.size() > RECENT) {
            recent.removeFirst();
        }
        if (options.approvals() > 1) {
            approvals.add(request);
        }
        return request;
    }

    private Request request(int epoch, int gateway, int dice) {
        if (dice < 12) {
            String passing = "gone-" + epoch + "-" + orders.nextInt(3) + "-zq";
            return dice < 4 ? request(passing, Slot.ERASURE, "erase", null, 0, gateway) : judgement(passing, gateway);
        }
        if (dice >= 88) {
            return onCluster(gateway);
        }
        String account = accounts().get(orders.nextInt(ACCOUNTS));
        return dice < 65 ? standing(account, gateway) : judgement(account, gateway);
    }

    private Request request(
            String account, Slot slot, String action, @Nullable String standing, long seconds, int gateway) {
        return new Request(numbers++, account, slot, action, standing, seconds, gateway, null, null);
    }

    private Request standing(String account, int gateway) {
        String[] standings = {"blocked", "blocked", "blocked", "clear", "clear", "marked", "pooled", ""};
        String standing = standings[orders.nextInt(standings.length)];
        return standing.isEmpty()
                ? request(account, Slot.STANDING, "unpin", null, 0, gateway)
                : request(account, Slot.STANDING, "standing", standing, seconds(), gateway);
    }

    private Request judgement(String account, int gateway) {
        String[] actions = {"confirm", "confirm", "refute", "vouch", "unlabel"};
        String action = actions[orders.nextInt(actions.length)];
        return request(account, Slot.JUDGEMENT, action, null, seconds(), gateway);
    }

    /** Returns a judgement of the cluster; most confirmations are standing orders. */
    private Request onCluster(int gateway) {
        String[] actions = {"confirm", "confirm", "confirm", "refute", "unlabel"};
        String[] joins = {"queue", "mark", ""};
        String action = actions[orders.nextInt(actions.length)];
        String effect = action.equals("confirm") ? joins[orders.nextInt(joins.length)] : "";
        return request(CLUSTER, Slot.JUDGEMENT, action, effect.isEmpty() ? null : effect, seconds(), gateway);
    }

    /** Returns the duration of an order: days, or for one in four seconds. */
    private long seconds() {
        return orders.nextInt(4) == 0 ? SHORTEST_SECONDS + orders.nextInt(40) : TimeUnit.DAYS.toSeconds(30);
    }
}
