package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.api.ModelReply;
import dev.stillgate.loadtests.campaign.text.Dialogue;
import dev.stillgate.loadtests.random.ArrivalProcess;
import dev.stillgate.loadtests.random.Dice;
import dev.stillgate.loadtests.random.Rhythm;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Traffic of a company that rotates through its keys: every request uses the next key, also within a conversation. */
final class KeyRotation {
    private final Dice dice;
    private final Rhythm rhythm;
    private final double perDay;
    private final int keys;
    private final List<HonestAccounts.Member> members = new ArrayList<>();
    private final List<Source> sources = new ArrayList<>();
    private int turn;

    KeyRotation(Dice dice, Rhythm rhythm, double perDay, int keys) {
        this.dice = dice;
        this.rhythm = rhythm;
        this.perDay = perDay;
        this.keys = keys;
    }

    /** Adds a key and a stream of users. */
    void add(HonestAccounts.Member member, Customer.Habit habit) {
        members.add(member);
        sources.add(new Users(habit, dice.child(sources.size())));
    }

    List<Source> sources() {
        return sources;
    }

    private SimulatedAccount next() {
        return members.get(turn++ % members.size()).account();
    }

    /** A stream of users, one at a time. */
    private final class Users implements Source {
        private final Customer.Habit habit;
        private final Dice own;
        private final ArrivalProcess arrivals;
        private final SdkRetries retries;
        private Optional<Dialogue> open = Optional.empty();
        private @Nullable ModelReply unanswered;
        private long due;

        Users(Customer.Habit habit, Dice own) {
            this.habit = habit;
            this.own = own;
            this.arrivals = new ArrivalProcess(own, rhythm, perDay / keys / 1.5, 1.2);
            this.retries = new SdkRetries(own.child("retries"));
            this.due = arrivals.first(members.getFirst().joins());
        }

        @Override
        public long due() {
            return due;
        }

        @Override
        public void send(Api api) {
            Dialogue talk = open.orElseGet(() -> habit.begin(due));
            ModelReply reply = unanswered != null ? unanswered : talk.ask();
            SimulatedAccount account = next();
            long end = due + Customer.latency(own, reply);
            ApiResponse response = api.send(new SimulatedExchange(
                    due,
                    end,
                    account,
                    "c-" + own.hex(10),
                    account.location().at(due),
                    talk.conversation(),
                    talk.sampling(),
                    reply,
                    200,
                    members.getFirst().label()));
            long wait = response.isServed() ? -1 : retries.waitAfter(response);
            if (wait >= 0) {
                unanswered = reply;
                open = Optional.of(talk);
                due += Math.max(1, wait);
                return;
            }
            unanswered = null;
            retries.reset();
            boolean more = response.isServed() && talk.goesOn();
            open = more ? Optional.of(talk) : Optional.empty();
            due = more ? end + 500 + (long) (talk.pause() * 1000) : arrivals.next(end);
        }
    }
}
