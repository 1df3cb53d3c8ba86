package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.HoldoutGroup;
import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Five days of 20 accounts, with dispatched work or with sessions of their own. */
public abstract class DispatchScenario {
    public static final int ACCOUNTS = 20;
    public static final int DAY = 86_400;
    public static final int DAYS = 5;
    public static final int FIRST = 20_000 * DAY;
    public final Random random = new Random(7);
    public final List<int[]> exchanges = new ArrayList<>();

    public void exchange(int account, double second, boolean begins) {
        exchanges.add(new int[] {account, FIRST + (int) second, begins ? 1 : 0});
    }

    public HoldoutGroup play() {
        return replayed(new HoldoutGroup(IntStream.range(0, ACCOUNTS).toArray(), SharedKey.CLIENT, FIRST));
    }

    public HoldoutGroup replayed(HoldoutGroup group) {
        exchanges.sort(Comparator.comparingInt(each -> each[1]));
        for (int[] each : exchanges) {
            Observation seen = Seen.prompt("a", each[1] * 1000L);
            seen.prompt.text = random.nextLong();
            group.observe(each[0], seen, each[2] == 1, each[1]);
        }
        return group;
    }

    /**
     * Adds work from a queue that is faster by day than by night.
     *
     * @param shares relative share of each account
     * @param roundRobin whether the accounts take turns; else each conversation is assigned at random
     */
    public void dispatch(double[] shares, boolean roundRobin) {
        double sum = Arrays.stream(shares).sum();
        int turn = 0;
        for (double at = 0; at < DAYS * DAY; turn++) {
            double rate = at % DAY < DAY / 2 ? 40 : 10;
            at += -Math.log(1 - random.nextDouble()) * 3600 / rate;
            int account = turn % ACCOUNTS;
            if (!roundRobin) {
                account = 0;
                for (double left = random.nextDouble() * sum - shares[0]; left > 0; left -= shares[account]) {
                    account++;
                }
            }
            exchange(account, at, true);
        }
    }

    public static double[] shares(boolean equal) {
        return IntStream.range(0, ACCOUNTS)
                .mapToDouble(a -> equal ? 1 : Math.exp(a * 0.12))
                .toArray();
    }

    /** Adds daily sessions of an account with work of its own. */
    public void sessions(int account) {
        for (int day = 0; day < DAYS; day++) {
            double at = day * DAY + 8 * 3600 + random.nextInt(8 * 3600);
            for (int k = 0; k < 12; k++) {
                at += 40 + random.nextInt(400);
                exchange(account, at, k % 3 == 0);
            }
        }
    }
}
