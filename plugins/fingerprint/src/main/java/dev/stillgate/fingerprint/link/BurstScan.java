package dev.stillgate.fingerprint.link;

import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.stats.Hypergeometric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Scan statistic (J. I. Naus, "The distribution of the size of the maximum cluster of points on a line", 1965; M.
 * Kulldorff, "A spatial scan statistic", 1997) for bursts of registrations among accounts that share a key. A window
 * begins at the creation of an account with the key. Given that account, the others with the key are a random sample of
 * all accounts that were created within two weeks of it. All windows that are looked at are paid for (Bonferroni).
 *
 * <p>A window is judged once as much time has passed after it as it lasts. New accounts that go on to have the key, as
 * after the release of a client, are then no burst.
 *
 * <p>A class and a hackathon register in a burst too, so a burst is a link and no guilt.
 */
public final class BurstScan {
    /** Name of the link. */
    public static final String NAME = "registration-burst";

    /** Probability of any group among unrelated accounts in one scan. Those of a year's five-day windows add to 7 %. */
    public static final double PROMISE = 0.001;

    private static final int DAY = 24 * 60;
    private static final int[] LENGTHS = {DAY, 3 * DAY, 5 * DAY};

    /** Accounts created so long before and after are compared: two whole weeks, since sign-ups follow the weekday. */
    private static final int AROUND = 14 * DAY;

    /** Share of a group that may be expected in its window without a burst. */
    private static final double MAX_UNRELATED = 0.1;

    private static final double MAX_WEIGHT = 4;

    private BurstScan() {}

    /**
     * Returns the groups of accounts that were registered in one burst, the largest first. Accounts that are
     * vouched for are in no group.
     *
     * @param cohorts accounts with a key in common, as account indexes
     * @param now minute of the epoch
     * @param promise upper bound of the probability of any group among unrelated accounts, such as {@link #PROMISE}
     */
    public static List<LinkedGroup> groups(
            List<Cohort> cohorts, FactTable facts, Population population, int now, double promise) {
        int[] everybody = IntStream.range(0, facts.limit()).toArray();
        Creations all = Creations.of(facts, population, everybody);
        List<Creations> holders = cohorts.stream()
                .map(cohort -> Creations.of(facts, population, cohort.members()))
                .toList();
        double windows =
                LENGTHS.length * holders.stream().mapToDouble(Creations::size).sum();
        double logWindows = Math.log(Math.max(1, windows));
        List<Window> bursts = new ArrayList<>();
        holders.forEach(cohort -> scan(cohort, all, now, Math.log(promise) - logWindows, bursts));
        bursts.sort(Comparator.comparingDouble(Window::related).reversed().thenComparingDouble(Window::logTail));
        BitSet linked = new BitSet();
        List<LinkedGroup> groups = new ArrayList<>();
        for (Window burst : bursts) {
            int[] members = burst.members(population);
            long known = Arrays.stream(members).filter(linked::get).count();
            if (members.length >= Cohort.MIN_GROUP_SIZE && 2 * known < members.length) {
                Arrays.stream(members).forEach(linked::set);
                groups.add(new LinkedGroup(members, link(members.length, burst.logTail + logWindows), false));
            }
        }
        return groups;
    }

    /**
     * Returns the link of a group. Its weight is a p-value calibrated to odds, 1/(2 sqrt p) (V. Vovk and R. Wang,
     * "E-values: calibration, combination and applications", 2021).
     */
    private static Link link(int accounts, double logBound) {
        double weight = -logBound / 2 / Math.log(10) - Math.log10(2);
        return new Link(LinkKind.BOUNDED, NAME, accounts, Math.clamp(weight, 0, MAX_WEIGHT), Math.exp(logBound));
    }

    /**
     * Window over the accounts with a key.
     *
     * @param from index of its first account in the order of creation
     * @param until index after its last account
     * @param related number of its accounts less those that may be unrelated
     * @param logTail ln of the probability of so many accounts among unrelated ones
     */
    private record Window(Creations cohort, int from, int until, double related, double logTail) {
        private int[] members(Population population) {
            return IntStream.range(from, until)
                    .map(i -> cohort.accounts[i])
                    .filter(account -> !population.isVouched().test(account))
                    .sorted()
                    .toArray();
        }
    }

    private static void scan(Creations cohort, Creations all, int now, double maxLogTail, List<Window> bursts) {
        for (int length : LENGTHS) {
            Counts counts = new Counts(cohort, all, length);
            Creations.Cursor end = cohort.cursor();
            for (int from = 0; from < cohort.size() && cohort.minute(from) + 2 * length <= now; from++) {
                long start = cohort.minute(from);
                boolean isFirst = from == 0 || cohort.minute(from - 1) < start;
                int until = end.to(start + length);
                int found = until - from;
                if (isFirst && found >= Cohort.MIN_GROUP_SIZE) {
                    counts.moveTo(start);
                    double unrelated = counts.unrelated(found);
                    double logTail = unrelated <= MAX_UNRELATED * found ? counts.logTail(found) : 0;
                    if (logTail <= maxLogTail) {
                        bursts.add(new Window(cohort, from, until, found - unrelated, logTail));
                    }
                }
            }
        }
    }

    /** Numbers of accounts with the key and of all accounts: in a window, before it and after it. */
    private static final class Counts {
        private final Span cohort;
        private final Span all;

        private Counts(Creations cohort, Creations all, int length) {
            this.cohort = new Span(cohort, length);
            this.all = new Span(all, length);
        }

        private void moveTo(long start) {
            cohort.moveTo(start);
            all.moveTo(start);
        }

        /** Returns the number to expect in the window if accounts created there had the key as often as others. */
        private double unrelated(int found) {
            double before = odds(cohort.before, all.before);
            double after = odds(cohort.after, all.after);
            return Math.max(before, after) * (all.within - found + 1);
        }

        private static double odds(int with, int all) {
            return with / (all - with + 1.0);
        }

        /** Returns ln of the probability of so many accounts in the window among unrelated ones. */
        private double logTail(int found) {
            return Hypergeometric.logUpperTail(all.sum() - 1, all.within - 1, cohort.sum() - 1, found - 1);
        }
    }

    /** Numbers of creations in a window that moves forward, before it and after it. */
    private static final class Span {
        private final int length;
        private final Creations.Cursor first;
        private final Creations.Cursor start;
        private final Creations.Cursor end;
        private final Creations.Cursor last;
        private int before;
        private int within;
        private int after;

        private Span(Creations creations, int length) {
            this.length = length;
            first = creations.cursor();
            start = creations.cursor();
            end = creations.cursor();
            last = creations.cursor();
        }

        private void moveTo(long minute) {
            int from = start.to(minute);
            int until = end.to(minute + length);
            before = from - first.to(minute - AROUND);
            within = until - from;
            after = last.to(minute + AROUND) - until;
        }

        private int sum() {
            return before + within + after;
        }
    }
}
