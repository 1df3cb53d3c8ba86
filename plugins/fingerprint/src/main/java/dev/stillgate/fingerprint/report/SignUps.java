package dev.stillgate.fingerprint.report;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.analysis.Analyst;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Sign-ups of the members over time: creation times from the accounts file, else the day on which the account was first
 * seen. In steps of an hour, a day, a week or four weeks, so that there are at most {@value #MAX_STEPS}.
 */
final class SignUps {
    static final int MAX_STEPS = 120;

    private static final long MINUTE = 60_000;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;
    private static final int MINUTES_A_DAY = 1440;

    private final Analyst analyst;
    private final List<Long> times = new ArrayList<>();
    private int created;
    private boolean hasTimeOfDay = true;

    SignUps(Analyst analyst, List<ClusterReport.Member> members) {
        this.analyst = analyst;
        for (ClusterReport.Member member : members) {
            if (member.accountIndex() != AccountIndex.NONE) {
                add(member.accountIndex());
            }
        }
    }

    private void add(int account) {
        AccountTable table = analyst.table();
        int minute = analyst.createdMinute(account);
        double age = table.profile(account).ageInDays();
        long firstSeen = 1000L * table.firstSecond(account);
        boolean isCreated = minute != 0 || Double.isFinite(age);
        created += isCreated ? 1 : 0;
        hasTimeOfDay &= minute % MINUTES_A_DAY != 0;
        times.add(minute != 0 ? minute * MINUTE : isCreated ? firstSeen - Math.round(age) * DAY : firstSeen);
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
        long first = times.stream().mapToLong(Long::longValue).min().orElse(0);
        long last = times.stream().mapToLong(Long::longValue).max().orElse(0);
        Step step = step(last - first);
        page.put("signUps", counts(step.millis, first, last));
        page.put("signUpStep", PageValues.name(step));
        page.put("signUpSources", Map.of("created", created, "firstSeen", times.size() - created));
    }

    /** Returns the shortest step of which a time has few enough. */
    private Step step(long millis) {
        for (Step step : Step.values()) {
            boolean isKnown = step != Step.HOUR || (hasTimeOfDay && !times.isEmpty());
            if (isKnown && millis / step.millis < MAX_STEPS - 1) {
                return step;
            }
        }
        return Step.FOUR_WEEKS;
    }

    /** Returns the accounts in each step. Earlier ones than the last {@value #MAX_STEPS} steps are in the first. */
    private List<Map<String, Object>> counts(long step, long first, long last) {
        List<Map<String, Object>> shown = new ArrayList<>();
        if (times.isEmpty()) {
            return shown;
        }
        long from = Math.max(Math.floorDiv(first, step), Math.floorDiv(last, step) - MAX_STEPS + 1);
        int[] counts = new int[(int) (Math.floorDiv(last, step) - from) + 1];
        times.forEach(time -> counts[(int) Math.max(0, Math.floorDiv(time, step) - from)]++);
        for (int i = 0; i < counts.length; i++) {
            Map<String, Object> each = new LinkedHashMap<>();
            each.put("at", PageValues.time((from + i) * step));
            each.put("accounts", counts[i]);
            shown.add(each);
        }
        return shown;
    }
}
