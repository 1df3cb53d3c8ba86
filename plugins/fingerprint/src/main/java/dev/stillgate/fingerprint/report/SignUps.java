package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.analysis.Analyst;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sign-ups of the members over time: creation times from the accounts file, else the day on which the account was first
 * seen, beside the sign-ups of other accounts in that time. In steps of an hour, a day, a week or four weeks, so that
 * there are at most {@value #MAX_STEPS}.
 */
final class SignUps {
    static final int MAX_STEPS = 120;

    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final int MINUTES_A_DAY = 1440;

    private final Analyst analyst;
    private final List<Long> times = new ArrayList<>();
    private final Step step;

    /** Number of the first step since the epoch, and the accounts of each step. Earlier ones are in the first. */
    private final long from;

    private final int[] members;
    private final int[] others;
    private int created;
    private boolean hasTimeOfDay = true;

    SignUps(Analyst analyst, List<ClusterReport.Member> of) {
        this.analyst = analyst;
        for (ClusterReport.Member member : of) {
            if (member.accountIndex() != AccountIndex.NONE) {
                int minute = analyst.registrations().created(member.accountIndex());
                created += isCreated(member.accountIndex()) ? 1 : 0;
                hasTimeOfDay &= minute % MINUTES_A_DAY != 0;
                times.add(time(member.accountIndex()));
            }
        }
        long first = times.stream().mapToLong(Long::longValue).min().orElse(0);
        long last = times.stream().mapToLong(Long::longValue).max().orElse(0);
        step = step(last - first);
        from = Math.max(Math.floorDiv(first, step.millis), Math.floorDiv(last, step.millis) - MAX_STEPS + 1);
        members = new int[times.isEmpty() ? 0 : (int) (Math.floorDiv(last, step.millis) - from) + 1];
        others = new int[members.length];
        times.forEach(time -> members[(int) Math.max(0, Math.floorDiv(time, step.millis) - from)]++);
    }

    private boolean isCreated(int account) {
        return analyst.registrations().created(account) != 0
                || Double.isFinite(analyst.table().profile(account).ageInDays());
    }

    private long time(int account) {
        AccountTable table = analyst.table();
        int minute = analyst.registrations().created(account);
        double age = table.profile(account).ageInDays();
        long firstSeen = 1000L * table.firstSecond(account);
        return minute != 0 ? minute * MINUTE : Double.isFinite(age) ? firstSeen - Math.round(age) * DAY : firstSeen;
    }

    /** Counts an account that is not a member, if it signed up in the time of the members' sign-ups. */
    void addOther(int account) {
        long at = Math.floorDiv(time(account), step.millis) - from;
        if (at >= 0 && at < others.length) {
            others[(int) at]++;
        }
    }

    /** Step in which sign-ups are counted. */
    private enum Step {
        HOUR(SignUps.HOUR),
        DAY(SignUps.DAY),
        WEEK(7 * SignUps.DAY),
        FOUR_WEEKS(28 * SignUps.DAY);

        private final long millis;

        Step(long millis) {
            this.millis = millis;
        }
    }

    void addTo(Map<String, Object> page) {
        page.put("signUps", counts());
        page.put("signUpStep", PageValues.name(step));
        page.put("signUpSources", Map.of("created", created, "firstSeen", times.size() - created));
    }

    /** Returns the number of other accounts that signed up in the same time as the members. */
    int othersMeanwhile() {
        return Arrays.stream(others).sum();
    }

    /** Returns the shortest step of which a time has few enough. */
    private Step step(long millis) {
        for (Step each : Step.values()) {
            boolean isKnown = each != Step.HOUR || (hasTimeOfDay && !times.isEmpty());
            if (isKnown && millis / each.millis < MAX_STEPS - 1) {
                return each;
            }
        }
        return Step.FOUR_WEEKS;
    }

    private List<Map<String, Object>> counts() {
        List<Map<String, Object>> shown = new ArrayList<>();
        for (int i = 0; i < members.length; i++) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("at", PageValues.time((from + i) * step.millis));
            each.put("accounts", members[i]);
            each.put("others", others[i]);
            shown.add(each);
        }
        return shown;
    }
}
