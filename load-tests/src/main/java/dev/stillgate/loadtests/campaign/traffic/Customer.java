package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelReply;
import dev.stillgate.loadtests.campaign.text.Dialogue;
import dev.stillgate.loadtests.random.ArrivalProcess;
import dev.stillgate.loadtests.random.Dice;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Traffic source of one account: sequential conversations between two times. A refused request is repeated as official
 * SDKs do, then its conversation is given up. Not thread-safe.
 */
public final class Customer implements Source {
    private static final double FAILS = 0.006;
    private static final int[] ERRORS = {429, 429, 500, 529, 400};

    private final SimulatedAccount account;
    private final String label;
    private final Habit habit;
    private final ArrivalProcess arrivals;
    private final Dice dice;
    private final SdkRetries retries;
    private final LongSupplier leaves;
    private @Nullable Dialogue dialogue;
    private @Nullable ModelReply unanswered;
    private String address = "";
    private String connection = "";
    private long due;

    /** Factory of an account's conversations. */
    @FunctionalInterface
    public interface Habit {
        /** Returns the conversation that begins at a time. */
        Dialogue begin(long time);
    }

    /**
     * Creates a source.
     *
     * @param joins earliest time of the first exchange
     * @param leaves end of the traffic, which may change
     */
    public Customer(
            SimulatedAccount account,
            String label,
            Habit habit,
            ArrivalProcess arrivals,
            Dice dice,
            long joins,
            LongSupplier leaves) {
        this.account = account;
        this.label = label;
        this.habit = habit;
        this.arrivals = arrivals;
        this.dice = dice;
        this.retries = new SdkRetries(dice.child("retries"));
        this.leaves = leaves;
        this.due = arrivals.first(joins);
    }

    @Override
    public long due() {
        return due < leaves.getAsLong() ? due : NEVER;
    }

    @Override
    public void send(Api api) {
        if (due() == NEVER) {
            return; // it has left meanwhile
        }
        Dialogue talk = dialogue;
        if (talk == null) {
            talk = habit.begin(due);
            dialogue = talk;
            address = account.location().at(due);
            connection = "c-" + dice.hex(10);
        }
        ModelReply reply = unanswered != null ? unanswered : talk.ask();
        boolean fails = dice.chance(FAILS);
        int status = fails ? ERRORS[dice.below(ERRORS.length)] : 200;
        long end = due + (fails ? dice.between(20, 400) : latency(dice, reply));
        ApiResponse response = api.send(new SimulatedExchange(
                due, end, account, connection, address, talk.conversation(), talk.sampling(), reply, status, label));
        if (!response.isServed()) {
            refused(reply, response);
            return;
        }
        retries.reset();
        unanswered = fails && status != 400 ? reply : null;
        moveOn(talk, end, status == 400);
    }

    private void refused(ModelReply reply, ApiResponse response) {
        long wait = retries.waitAfter(response);
        if (wait >= 0) {
            unanswered = reply;
            due += Math.max(1, wait);
        } else {
            unanswered = null;
            dialogue = null;
            due = arrivals.next(due + 500);
        }
    }

    private void moveOn(Dialogue talk, long end, boolean abandoned) {
        if (unanswered != null) {
            due = end + (long) (1000 + 4000 * dice.exponential());
        } else if (talk.goesOn() && !abandoned) {
            due = end + 200 + (long) (talk.pause() * 1000);
        } else {
            dialogue = null;
            due = arrivals.next(end + 500);
        }
    }

    /** Draws the duration of a response in milliseconds. */
    public static long latency(Dice dice, ModelReply reply) {
        return (long) (dice.logNormal(700, 0.5) + reply.tokens() * (9 + 8 * dice.unit()));
    }
}
