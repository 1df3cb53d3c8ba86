package dev.stillgate.loadtests.orders;

import dev.stillgate.loadtests.orders.GivenOrder.Request;
import dev.stillgate.loadtests.orders.GivenOrder.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Faults and orders of a run, as they follow from the seed. Not thread-safe. */
final class Plan {
    private static final int ACCOUNTS = 14;
    private static final int SHORTEST_SECONDS = 4;

    private final OrdersOptions options;
    private final Random faults;
    private final Random orders;
    private final List<Request> approvals = new ArrayList<>();
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
            return new Request(
                    numbers++,
                    first.account(),
                    first.slot(),
                    first.action(),
                    first.standing(),
                    first.seconds(),
                    gateway);
        }
        Request request = request(epoch, gateway, orders.nextInt(100));
        if (options.approvals() > 1) {
            approvals.add(request);
        }
        return request;
    }

    private Request request(int epoch, int gateway, int dice) {
        if (dice < 12) {
            String passing = "gone-" + epoch + "-" + orders.nextInt(3) + "-zq";
            return dice < 4
                    ? new Request(numbers++, passing, Slot.ERASURE, "erase", null, 0, gateway)
                    : judgement(passing, gateway);
        }
        String account = accounts().get(orders.nextInt(ACCOUNTS));
        return dice < 65 ? standing(account, gateway) : judgement(account, gateway);
    }

    private Request standing(String account, int gateway) {
        String[] standings = {"blocked", "blocked", "blocked", "clear", "clear", "marked", "pooled", ""};
        String standing = standings[orders.nextInt(standings.length)];
        return standing.isEmpty()
                ? new Request(numbers++, account, Slot.STANDING, "unpin", null, 0, gateway)
                : new Request(numbers++, account, Slot.STANDING, "standing", standing, seconds(), gateway);
    }

    private Request judgement(String account, int gateway) {
        String[] actions = {"confirm", "confirm", "refute", "vouch", "unlabel"};
        String action = actions[orders.nextInt(actions.length)];
        return new Request(numbers++, account, Slot.JUDGEMENT, action, null, seconds(), gateway);
    }

    /** Returns the duration of an order: days, or for one in four seconds. */
    private long seconds() {
        return orders.nextInt(4) == 0 ? SHORTEST_SECONDS + orders.nextInt(40) : TimeUnit.DAYS.toSeconds(30);
    }
}
