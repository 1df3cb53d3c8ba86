package dev.stillgate.loadtests.campaign.harvest;

import dev.stillgate.loadtests.campaign.Exchange;
import dev.stillgate.loadtests.campaign.Source;
import dev.stillgate.loadtests.campaign.World;
import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.draw.Rhythm;
import dev.stillgate.loadtests.campaign.honest.Customer;
import dev.stillgate.loadtests.campaign.people.Account;
import dev.stillgate.loadtests.campaign.talk.Dialogue;
import dev.stillgate.loadtests.campaign.wire.Reply;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The load balancer of a campaign: it hands one exchange after another to the accounts, in turn or at random. */
final class Dispatcher implements Source {
    private static final double EVEN_SHAPE = 6; // gaps of a queue that is worked through by machines
    private static final double WITHIN_A_BLOCK = 0.012; // hours between two items
    private static final long HOUR = 3_600_000;
    private static final long RECOUNT = HOUR / 6;
    private static final long SOON = 6 * HOUR;

    private final World world;
    private final Plan plan;
    private final Order order;
    private final List<Seat> seats;
    private final Dice dice;
    private final Balancer balancer;
    private final Rhythm rhythm;
    private final Deque<Run> open = new ArrayDeque<>();
    private final Map<Account, String> connections = new HashMap<>();
    private final String label;
    private final int first;
    private final int stride;
    private final double meanCopies;
    private long unit = -1;
    private long begun;
    private int copies;
    private int held;
    private long counted;
    private long due;

    /** The hours that a block has taken less than its items are worth, and that are rested after it. */
    private double passed;

    /** A dialogue under way, the seat that it stays with, and when it can go on. */
    private record Run(Dialogue dialogue, Seat seat, long ready) {}

    /**
     * Prepares one access path.
     *
     * @param balancer how it chooses accounts
     * @param first of the items that are its shard
     * @param stride to the next item of the shard
     */
    Dispatcher(
            World world,
            Plan plan,
            Order order,
            List<Seat> seats,
            Dice dice,
            Balancer.Kind balancer,
            int first,
            int stride) {
        this.world = world;
        this.plan = plan;
        this.order = order;
        this.seats = seats;
        this.dice = dice;
        this.balancer = new Balancer(seats, dice.child("balancer"), balancer);
        this.first = first;
        this.stride = stride;
        this.meanCopies = plan.works().stream().mapToInt(Work::copies).average().orElse(1);
        this.rhythm = new Rhythm(plan.hides(Evasion.DAYTIME) ? Rhythm.Kind.PUBLIC : Rhythm.Kind.FLAT, 8);
        this.label = "campaign:" + plan.name();
        this.due = seats.stream()
                .mapToLong(seat -> seat.tenures().getFirst().from())
                .min()
                .orElse(NEVER);
        if (plan.hides(Evasion.OWN_TIMES) && due != NEVER) {
            due = rhythm.after(due, dice.exponential() * Balancer.MEAN_BLOCK * 24 / plan.perDay());
        }
    }

    @Override
    public long due() {
        return due < world.end() ? due : NEVER;
    }

    @Override
    public void send(Consumer<Exchange> sink) {
        Seat seat = balancer.next(due);
        if (seat == null) {
            due += HOUR;
            return;
        }
        Run run = open.peek();
        if (copies == 0 && run != null && run.ready <= due) {
            open.remove();
        } else {
            run = begin(seat);
        }
        Seat asks = plan.hides(Evasion.PINNED) ? run.seat : seat;
        Account account = asks.at(due);
        if (account != null) {
            exchange(run, asks, account, sink);
        }
        due = after();
    }

    private Run begin(Seat seat) {
        if (copies == 0) {
            unit++;
            copies = work().copies();
        }
        copies--;
        Dialogue dialogue = order.begin(work(), first + unit * stride, seat, due, dice.child(begun++));
        return new Run(dialogue, seat, due);
    }

    private Work work() {
        return plan.works().get((int) (unit % plan.works().size()));
    }

    private void exchange(Run run, Seat asks, Account account, Consumer<Exchange> sink) {
        Reply reply = run.dialogue.ask();
        long end = due + Customer.latency(dice, reply);
        String connection =
                connections.compute(account, (key, old) -> old == null || dice.chance(0.1) ? "c-" + dice.hex(10) : old);
        sink.accept(new Exchange(
                due,
                end,
                account,
                connection,
                account.whereabouts().at(due),
                run.dialogue.conversation(),
                run.dialogue.sampling(),
                reply,
                200,
                label));
        if (run.dialogue.goesOn()) {
            open.add(new Run(run.dialogue, asks, end + (long) (1000 * run.dialogue.pause())));
        }
    }

    private long after() {
        if (copies > 0) {
            return due + 20 + dice.below(80);
        }
        if (due >= counted + RECOUNT) {
            long when =
                    balancer.works(Balancer.Kind.BLOCKS) ? due + SOON : due; // a rest is planned by who is there then
            held = (int) seats.stream().filter(seat -> seat.at(when) != null).count();
            counted = due;
        }
        double mean = 24 * meanCopies / (plan.perDay() * Math.max(1, held));
        if (balancer.works(Balancer.Kind.BLOCKS)) {
            passed += mean;
            if (balancer.isWithinABlock()) {
                double gap = Math.min(mean, WITHIN_A_BLOCK * dice.exponential());
                passed -= gap;
                return rhythm.after(due, gap);
            }
            mean = passed;
            passed = 0;
        }
        double shape = plan.hides(Evasion.RANDOM) || plan.hides(Evasion.OWN_TIMES) ? 1 : EVEN_SHAPE;
        return rhythm.after(due, dice.gamma(shape) / shape * mean);
    }
}
