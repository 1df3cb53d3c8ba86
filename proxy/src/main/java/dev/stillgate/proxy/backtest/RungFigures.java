package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.backtest.LabelGroup.Membership;
import dev.stillgate.spi.Standing;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of a campaign that ever reached a standing or a higher one, and the time it took. Times are in hours, 0
 * if the standing was reached before.
 *
 * @param accounts the number of accounts
 * @param hoursToFirst from the campaign's first exchange to the first account, null if no account reached it
 * @param hoursToNineInTen from the campaign's first exchange to nine in ten of its accounts, null if fewer reached it
 * @param ownHoursToNineInTen from an account's own first exchange, for nine in ten of the campaign's accounts; null if
 *     fewer reached it
 * @param medianHours the median over these accounts, each from its own first exchange; null if no account reached it
 */
record RungFigures(
        int accounts,
        @Nullable Double hoursToFirst,
        @Nullable Double hoursToNineInTen,
        @Nullable Double ownHoursToNineInTen,
        @Nullable Double medianHours) {
    /** All standings above clear, in ascending order. */
    static final Set<Standing> RUNGS = EnumSet.complementOf(EnumSet.of(Standing.CLEAR));

    private static final double MILLIS_PER_HOUR = 3_600_000;

    static Map<Standing, RungFigures> of(LabelGroup group) {
        Map<Standing, RungFigures> rungs = new EnumMap<>(Standing.class);
        RUNGS.forEach(rung -> rungs.put(rung, of(group, rung)));
        return rungs;
    }

    private static RungFigures of(LabelGroup group, Standing rung) {
        List<Membership> members = group.members();
        long begun = members.stream().mapToLong(Membership::since).min().orElse(0);
        double[] fromStart = hours(members, rung, member -> begun);
        double[] own = hours(members, rung, Membership::since);
        int reached = own.length;
        int nineInTen = (members.size() * 9 + 9) / 10;
        return new RungFigures(
                reached,
                reached == 0 ? null : fromStart[0],
                reached == 0 || reached < nineInTen ? null : fromStart[nineInTen - 1],
                reached == 0 || reached < nineInTen ? null : own[nineInTen - 1],
                reached == 0 ? null : (own[reached / 2] + own[(reached - 1) / 2]) / 2);
    }

    /** Returns the sorted hours of the members that reached the rung. */
    private static double[] hours(List<Membership> members, Standing rung, ToLongFunction<Membership> from) {
        return members.stream()
                .filter(member -> member.account().reachedAt(rung) >= 0)
                .mapToDouble(member ->
                        Math.max(0, member.account().reachedAt(rung) - from.applyAsLong(member)) / MILLIS_PER_HOUR)
                .sorted()
                .toArray();
    }
}
