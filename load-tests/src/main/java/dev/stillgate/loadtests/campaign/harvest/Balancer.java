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
    private static final int LEAST_BLOCK = 6;
    private static final int MOST_BLOCK = 30;
    static final double MEAN_BLOCK = (LEAST_BLOCK + MOST_BLOCK) / 2.0;
    private static final double UNEVEN_SIGMA = 1;

    private final List<Seat> seats;
    private final Dice dice;
    private final Kind kind;
    private final int[] round;
    private final int[] today;
    private long day;
    private final double[] weights;
    private int turn;
    private int holder;
    private int left;

    /** How strict it is. */
    enum Kind {
        /** One after another. */
        TURN,
        /** One after another, in another order each time round. */
        SHUFFLED,
        /** The least used today of a few. */
        LEAST_USED,
        /** Any. */
        RANDOM,
        /** Any, but some far more often than others. */
        UNEVEN,
        /** One for a whole block, then another. */
        BLOCKS
    }

    Balancer(List<Seat> seats, Dice dice, Kind kind) {
        this.seats = seats;
        this.dice = dice;
        this.kind = kind;
        this.round = new int[seats.size()];
        this.today = new int[seats.size()];
        this.weights = new double[kind == Kind.UNEVEN ? seats.size() : 0];
        Arrays.setAll(round, i -> i);
        Arrays.setAll(weights, i -> dice.child(i).logNormal(1, UNEVEN_SIGMA));
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
            case UNEVEN -> dice.weighted(weights);
            case BLOCKS -> holding(time);
        };
    }

    boolean works(Kind like) {
        return kind == like;
    }

    /** Returns whether the block of items that is under way goes on, for those that are worked through at once. */
    boolean isWithinABlock() {
        return left > 0;
    }

    private int holding(long time) {
        if (left == 0 || seats.get(holder).at(time) == null) {
            holder = shuffled();
            left = dice.between(LEAST_BLOCK, MOST_BLOCK);
        }
        left--;
        return holder;
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
