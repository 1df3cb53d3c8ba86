package dev.stillgate.loadtests.campaign.harvest;

import dev.stillgate.loadtests.campaign.draw.Dice;
import dev.stillgate.loadtests.campaign.people.Whereabouts;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a campaign chooses the account that asks next. Balancers differ: all keep the days of accounts more alike than chance
 * would, but only the strictest makes clocks of them.
 */
final class Balancer {
    private static final int CHOICES = 3;

    private final List<Seat> seats;
    private final Dice dice;
    private final Kind kind;
    private final int[] round;
    private final int[] today;
    private long day;
    private int turn;

    /** How strict it is. */
    enum Kind {
        /** One after another. */
        TURN,
        /** One after another, in another order each time round. */
        SHUFFLED,
        /** The least used today of a few. */
        LEAST_USED,
        /** Any. */
        RANDOM
    }

    Balancer(List<Seat> seats, Dice dice, Kind kind) {
        this.seats = seats;
        this.dice = dice;
        this.kind = kind;
        this.round = new int[seats.size()];
        this.today = new int[seats.size()];
        Arrays.setAll(round, i -> i);
    }

    /** Returns a seat that holds an account at a time, null when none was found. */
    @Nullable
    Seat next(long time) {
        for (int tried = 0; tried < seats.size(); tried++) {
            int chosen = choose(time);
            if (seats.get(chosen).at(time) != null) {
                today[chosen]++;
                return seats.get(chosen);
            }
        }
        return null;
    }

    private int choose(long time) {
        return switch (kind) {
            case TURN -> turn++ % round.length;
            case SHUFFLED -> shuffled();
            case LEAST_USED -> leastUsed(time);
            case RANDOM -> dice.below(round.length);
        };
    }

    private int shuffled() {
        int at = turn++ % round.length;
        int other = at + dice.below(round.length - at);
        int chosen = round[other];
        round[other] = round[at];
        round[at] = chosen;
        return chosen;
    }

    private int leastUsed(long time) {
        if (time / Whereabouts.DAY != day) {
            day = time / Whereabouts.DAY;
            Arrays.fill(today, 0);
        }
        int chosen = dice.below(round.length);
        for (int i = 1; i < CHOICES; i++) {
            int other = dice.below(round.length);
            boolean holds = seats.get(other).at(time) != null;
            if (holds && (seats.get(chosen).at(time) == null || today[other] < today[chosen])) {
                chosen = other;
            }
        }
        return chosen;
    }
}
