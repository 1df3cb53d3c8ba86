package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelReply;
import dev.stillgate.loadtests.campaign.text.Dialogue;
import dev.stillgate.loadtests.random.Dice;
import dev.stillgate.loadtests.random.Rhythm;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Traffic source of one access path of a campaign: distributes its items among the accounts. Not thread-safe. */
final class Dispatcher implements Source {
    private static final double EVEN_SHAPE = 6; // of the gaps of a machine that processes a queue
    private static final double WITHIN_A_BLOCK = 0.012; // mean hours between two items
    private static final double RETRIES = 2; // of the backlog for each new exchange
    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long RECOUNT = HOUR / 6;
    private static final long SOON = 6 * HOUR;
    private static final long PIN = HOUR; // of a relay: stickyTtlHours of claude-relay-service
    private static final int PEOPLE = 30; // behind a relay
    private static final int MAX_WORKERS = 8; // of one person

    private final World world;
    private final CampaignPlan plan;
    private final ItemWriter itemWriter;
    private final List<AccountSlot> slots;
    private final Dice dice;
    private final Balancer balancer;
    private final Rhythm rhythm;
    private final Deque<Run> open = new ArrayDeque<>();
    private final Backlog<Run> backlog = new Backlog<>(Run::since);
    private final Dice retries;
    private final Map<SimulatedAccount, String> connections = new HashMap<>();
    private final String label;
    private final int first;
    private final int stride;
    private final double meanCopies;
    private final int workers;
    private int waiting;
    private String person = "";
    private long unit = -1;
    private long begun;
    private int copies;
    private int active;
    private long counted;
    private long due;

    /**
     * Hours by which the items of the block came faster than the mean rate; the pause after the block makes up for
     * them.
     */
    private double owedHours;

    /**
     * Creates an access path.
     *
     * @param first first item of its shard
     * @param stride distance to the next item of the shard
     */
    Dispatcher(
            World world,
            CampaignPlan plan,
            ItemWriter itemWriter,
            List<AccountSlot> slots,
            Dice dice,
            Balancer.Kind balancer,
            int first,
            int stride) {
        this.world = world;
        this.plan = plan;
        this.itemWriter = itemWriter;
        this.slots = slots;
        this.dice = dice;
        this.retries = dice.child("retries");
        this.balancer = new Balancer(slots, dice.child("balancer"), balancer);
        this.first = first;
        this.stride = stride;
        this.meanCopies = plan.works().stream().mapToInt(Work::copies).average().orElse(1);
        this.workers = plan.hides(Evasion.RELAYED) ? dice.child("workers").between(2, MAX_WORKERS) : 1;
        this.rhythm = new Rhythm(plan.hides(Evasion.DAYTIME) ? Rhythm.Kind.PUBLIC : Rhythm.Kind.FLAT, 8);
        this.label = "campaign:" + plan.name();
        this.due = slots.stream()
                .mapToLong(slot -> slot.tenures().getFirst().from())
                .min()
                .orElse(NEVER);
        if (plan.hides(Evasion.OWN_TIMES) && due != NEVER) {
            due = rhythm.after(due, dice.exponential() * Balancer.MEAN_BLOCK * 24 / plan.perDay());
        }
    }

    @Override
    public long due() {
        long next = Math.min(due, backlog.due());
        return next < world.end() ? next : NEVER;
    }

    @Override
    public void send(Api api) {
        if (backlog.due() < due) {
            retry(backlog.due(), api);
            return;
        }
        AccountSlot slot = pinned();
        if (slot != null) {
            balancer.note(slot, due);
        } else {
            slot = balancer.next(due);
        }
        if (slot == null) {
            slot = slots.stream().filter(any -> any.isMissing(due)).findFirst().orElse(null);
            if (slot == null) {
                due += HOUR;
                return;
            }
        }
        Run run = open.peek();
        if (copies == 0 && run != null && run.ready() <= due) {
            open.remove();
        } else {
            run = begin(slot);
        }
        AccountSlot asks = plan.hides(Evasion.PINNED) ? run.slot() : slot;
        if (asks.isFree(due)) {
            exchange(run, asks, due, api);
        } else if (asks.isMissing(due)) {
            postpone(run, asks, api);
        }
        due = after();
    }

    /** Returns the account to which a relay has pinned the next turn, null for none. */
    private @Nullable AccountSlot pinned() {
        Run run = plan.hides(Evasion.RELAYED) && copies == 0 ? open.peek() : null;
        if (run == null || run.ready() > due || due - run.pinned() >= PIN) {
            return null;
        }
        return run.slot().isFree(due) ? run.slot() : null;
    }

    private Run begin(AccountSlot slot) {
        if (copies == 0) {
            unit++;
            copies = work().copies();
        }
        copies--;
        Dialogue dialogue = itemWriter.begin(work(), first + unit * stride, slot, due, dice.child(begun++));
        if (plan.hides(Evasion.RELAYED)) {
            if (waiting == 0) {
                person = dice.child("people")
                        .child((long) Math.pow(PEOPLE + 1, dice.unit()))
                        .hex(32); // Zipf 1949
            }
            dialogue.conversation().by(person);
        }
        return Run.at(dialogue, slot, due);
    }

    private Work work() {
        return plan.works().get((int) (unit % plan.works().size()));
    }

    /** Queues a turn for which no account is free. */
    private void postpone(Run run, AccountSlot slot, Api api) {
        ModelReply reply = run.dialogue().ask();
        api.postpone(due, label, slot.last(due).id(), reply);
        backlog.add(run.refused(reply, slot, due), due + MINUTE);
    }

    /** Tries the next exchange of the backlog at another account. */
    private void retry(long time, Api api) {
        Run run = backlog.take(time);
        if (run == null) {
            backlog.next(NEVER);
            return;
        }
        AccountSlot slot = plan.hides(Evasion.PINNED) && run.slot().isFree(time) ? run.slot() : balancer.next(time);
        if (slot == null) {
            long free =
                    slots.stream().mapToLong(any -> any.freeFrom(time)).min().orElse(NEVER);
            backlog.putBack(run, free == NEVER ? time + HOUR : Math.max(free, time + MINUTE));
            return;
        }
        exchange(run, slot, time, api);
        backlog.next(time + 1 + (long) (HOUR * meanHours() * retries.exponential() / RETRIES));
    }

    private void exchange(Run run, AccountSlot asks, long time, Api api) {
        SimulatedAccount account = Objects.requireNonNull(asks.at(time));
        ModelReply reply = run.unanswered() == null ? run.dialogue().ask() : run.unanswered();
        long end = time + Customer.latency(dice, reply);
        String connection =
                connections.compute(account, (key, old) -> old == null || dice.chance(0.1) ? "c-" + dice.hex(10) : old);
        ApiResponse response = api.send(new SimulatedExchange(
                time,
                end,
                account,
                connection,
                account.location().at(time),
                run.dialogue().conversation(),
                run.dialogue().sampling(),
                reply,
                200,
                label));
        asks.note(time, response);
        if (!response.isServed()) {
            backlog.add(run.refused(reply, asks, time), time + MINUTE);
        } else if (run.dialogue().goesOn()) {
            open.add(run.next(asks, time, end + (long) (1000 * run.dialogue().pause())));
        }
    }

    private double meanHours() {
        return 24 * meanCopies * workers / (plan.perDay() * Math.max(1, active));
    }

    private long after() {
        waiting = copies > 0 ? waiting : (waiting + 1) % workers;
        if (copies > 0 || waiting > 0) {
            return due + 20 + dice.below(80);
        }
        if (due >= counted + RECOUNT) {
            long when =
                    balancer.is(Balancer.Kind.BLOCKS) ? due + SOON : due; // a pause depends on the accounts at its end
            active = (int) slots.stream().filter(slot -> slot.wants(when)).count();
            counted = due;
        }
        double mean = meanHours();
        if (balancer.is(Balancer.Kind.BLOCKS)) {
            owedHours += mean;
            if (balancer.isWithinABlock()) {
                double gap = Math.min(mean, WITHIN_A_BLOCK * dice.exponential());
                owedHours -= gap;
                return rhythm.after(due, gap);
            }
            mean = owedHours;
            owedHours = 0;
        }
        double shape = plan.hides(Evasion.RANDOM) || plan.hides(Evasion.OWN_TIMES) ? 1 : EVEN_SHAPE;
        return rhythm.after(due, dice.gamma(shape) / shape * mean);
    }

    /**
     * An open dialogue of a campaign.
     *
     * @param slot its last slot
     * @param pinned since when it has used that slot without a break, in milliseconds since the epoch
     * @param ready time of its next turn, in milliseconds since the epoch
     * @param since when the turn was first due, in milliseconds since the epoch
     * @param unanswered the response to a turn that was refused, null for a new turn
     */
    record Run(
            Dialogue dialogue,
            AccountSlot slot,
            long pinned,
            long ready,
            long since,
            @Nullable ModelReply unanswered) {

        static Run at(Dialogue dialogue, AccountSlot slot, long ready) {
            return new Run(dialogue, slot, ready, ready, ready, null);
        }

        /** Returns the next turn after one that a slot has sent. */
        Run next(AccountSlot by, long time, long readyAt) {
            return new Run(dialogue, by, by == slot ? pinned : time, readyAt, readyAt, null);
        }

        /** Returns the same turn after its refusal at a slot. */
        Run refused(ModelReply reply, AccountSlot by, long time) {
            return new Run(dialogue, by, time, time, unanswered == null ? time : since, reply);
        }
    }
}
