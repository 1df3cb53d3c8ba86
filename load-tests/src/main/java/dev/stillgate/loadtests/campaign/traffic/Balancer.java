package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.random.Dice;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Load balancer of a campaign: chooses the account of the next exchange. The kinds differ in how evenly they distribute
 * exchanges among accounts. Not thread-safe.
 */
final class Balancer {
    private static final int CHOICES = 3;
    private static final int MIN_BLOCK = 6;
    private static final int MAX_BLOCK = 30;
    static final double MEAN_BLOCK = (MIN_BLOCK + MAX_BLOCK) / 2.0;
    private static final double UNEVEN_SIGMA = 1;
    private static final long NOTED = 1_000; // milliseconds until a relay has noted the use of an account

    private final List<AccountSlot> slots;
    private final Dice dice;
    private final Kind kind;
    private final int[] round;
    private final int[] today;
    private long day;
    private final double[] weights;
    private int turn;
    private final long[] lastUsed;
    private long noted;
    private int holder;
    private int left;

    /** The order in which accounts are used. */
    enum Kind {
        /** Round robin. */
        TURN,
        /** Each account once per round, in random order. */
        SHUFFLED,
        /** The least used account of the day among a random few. */
        LEAST_USED,
        /** Uniformly random. */
        RANDOM,
        /** Random with very different weights. */
        UNEVEN,
        /** One account for a whole block of items, then another. */
        BLOCKS,
        /** The least recently used account; conversations that begin at the same time get the same one. */
        LEAST_RECENT
    }

    Balancer(List<AccountSlot> slots, Dice dice, Kind kind) {
        this.slots = slots;
        this.dice = dice;
        this.kind = kind;
        this.round = new int[slots.size()];
        this.today = new int[slots.size()];
        this.lastUsed = new long[slots.size()];
        this.weights = new double[kind == Kind.UNEVEN ? slots.size() : 0];
        Arrays.setAll(round, i -> i);
        Arrays.setAll(weights, i -> dice.child(i).logNormal(1, UNEVEN_SIGMA));
    }

    /** Returns a slot with an account that is not resting at a time, null if none was found. */
    @Nullable
    AccountSlot next(long time) {
        for (int tried = 0; tried < slots.size(); tried++) {
            int chosen = choose(time);
            if (slots.get(chosen).isFree(time)) {
                today[chosen]++;
                return slots.get(chosen);
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
            case LEAST_RECENT -> leastRecent(time);
        };
    }

    boolean is(Kind other) {
        return kind == other;
    }

    /** Returns whether the current block has further items. */
    boolean isWithinABlock() {
        return left > 0;
    }

    private int holding(long time) {
        if (left == 0 || !slots.get(holder).isFree(time)) {
            holder = shuffled();
            left = dice.between(MIN_BLOCK, MAX_BLOCK);
        }
        left--;
        return holder;
    }

    private int leastRecent(long time) {
        if (time >= noted || !slots.get(holder).isFree(time)) {
            holder = 0;
            for (int i = 1; i < lastUsed.length; i++) {
                boolean isFree = slots.get(i).isFree(time);
                boolean isBetter = isFree == slots.get(holder).isFree(time) ? lastUsed[i] < lastUsed[holder] : isFree;
                holder = isBetter ? i : holder;
            }
            noted = time + NOTED;
        }
        lastUsed[holder] = time;
        return holder;
    }

    /** Records the use of an account that was not chosen here. */
    void note(AccountSlot slot, long time) {
        lastUsed[slots.indexOf(slot)] = time;
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
        if (time / Location.DAY != day) {
            day = time / Location.DAY;
            Arrays.fill(today, 0);
        }
        int chosen = dice.below(round.length);
        for (int i = 1; i < CHOICES; i++) {
            int other = dice.below(round.length);
            boolean holds = slots.get(other).isFree(time);
            if (holds && (!slots.get(chosen).isFree(time) || today[other] < today[chosen])) {
                chosen = other;
            }
        }
        return chosen;
    }
}
