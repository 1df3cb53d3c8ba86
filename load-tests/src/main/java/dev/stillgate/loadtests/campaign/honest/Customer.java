package dev.stillgate.loadtests.campaign.honest;

import dev.stillgate.loadtests.campaign.client.Account;
import dev.stillgate.loadtests.campaign.conversation.Dialogue;
import dev.stillgate.loadtests.campaign.random.Arrivals;
import dev.stillgate.loadtests.campaign.random.Dice;
import dev.stillgate.loadtests.campaign.traffic.Exchange;
import dev.stillgate.loadtests.campaign.traffic.Source;
import dev.stillgate.loadtests.campaign.wire.Reply;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Traffic source of one account: sequential conversations between two times. Not thread-safe. */
public final class Customer implements Source {
    private static final double FAILS = 0.006;
    private static final int[] ERRORS = {429, 429, 500, 529, 400};

    private final Account account;
    private final String label;
    private final Habit habit;
    private final Arrivals arrivals;
    private final Dice dice;
    private final long leaves;
    private @Nullable Dialogue dialogue;
    private @Nullable Reply unanswered;
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
     * @param leaves end of the traffic
     */
    public Customer(Account account, String label, Habit habit, Arrivals arrivals, Dice dice, long joins, long leaves) {
        this.account = account;
        this.label = label;
        this.habit = habit;
        this.arrivals = arrivals;
        this.dice = dice;
        this.leaves = leaves;
        this.due = arrivals.first(joins);
    }

    @Override
    public long due() {
        return due < leaves ? due : NEVER;
    }

    @Override
    public void send(Consumer<Exchange> sink) {
        Dialogue talk = dialogue;
        if (talk == null) {
            talk = habit.begin(due);
            dialogue = talk;
            address = account.location().at(due);
            connection = "c-" + dice.hex(10);
        }
        Reply reply = unanswered != null ? unanswered : talk.ask();
        boolean fails = dice.chance(FAILS);
        int status = fails ? ERRORS[dice.below(ERRORS.length)] : 200;
        long end = due + (fails ? dice.between(20, 400) : latency(dice, reply));
        sink.accept(new Exchange(
                due, end, account, connection, address, talk.conversation(), talk.sampling(), reply, status, label));
        unanswered = fails && status != 400 ? reply : null;
        moveOn(talk, end, status == 400);
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
    public static long latency(Dice dice, Reply reply) {
        return (long) (dice.logNormal(700, 0.5) + reply.tokens() * (9 + 8 * dice.unit()));
    }
}
