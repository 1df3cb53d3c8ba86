package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Joins;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Time of joins with 30,000 accounts and ten confirmed campaigns; prints figures. */
@Tag("slow")
class JoinCostTest {
    private static final int ACCOUNTS = 30_000;
    private static final int KNOWN = 10_000;
    private static final int CAMPAIGNS = 10;
    private static final int MEMBERS = 100;
    private static final int ROUNDS = 11;
    private static final int STARTS = 20_000;

    private final JoinScene at = new JoinScene();

    @Test
    void timesOfFitOutlookAndStart() {
        at.customers(KNOWN);
        for (int i = 0; i < ACCOUNTS - KNOWN - CAMPAIGNS * MEMBERS; i++) {
            at.starts("unknown-" + i, JoinScene.DAY, 8, 100_001 + 2L * i, JoinScene.clientOf(i));
        }
        List<Cluster> clusters = new ArrayList<>();
        for (int c = 0; c < CAMPAIGNS; c++) {
            clusters.add(at.campaign("campaign-" + c, MEMBERS, 301 + 2L * c, 401 + 2L * c));
        }
        clusters.forEach(cluster -> at.confirm(cluster, Joins.POOL));
        long now = at.scene.now;
        long[] fit = new long[ROUNDS];
        long[] outlook = new long[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            now += Scene.HOUR;
            long begun = System.nanoTime();
            at.analyst.joins().tend(now);
            fit[round] = System.nanoTime() - begun;
            begun = System.nanoTime();
            assertThat(at.analyst.joins().of(clusters.get(round % CAMPAIGNS)).fitted())
                    .isPositive();
            outlook[round] = System.nanoTime() - begun;
        }
        print("fit of ten campaigns", fit, 1e6, "ms");
        print("outlook of one order", outlook, 1e6, "ms");
        print("start of a newcomer", starts(8), 1e3, "us");
        at.starts("replacement", JoinScene.LATER, 1, 301, 401);
        assertThat(at.analyst.joins().pending()).hasSize(1);
        assertThat(at.analyst.joins().drafts(Duration.ofDays(1))).hasSize(1);
    }

    /** Returns the times of the comparison of conversation starts of new accounts, in nanoseconds. */
    private long[] starts(int each) {
        long[] times = new long[STARTS];
        for (int i = 0; i < STARTS; i++) {
            String account = "newcomer-" + i / each;
            Observation seen = Seen.prompt(account, Scene.BEGIN + JoinScene.LATER + i * 100L);
            seen.tier = "free";
            seen.client = JoinScene.clientOf(i / each) << 40;
            seen.prompt.system = 200_001L + 2 * (i / each) << 40;
            at.analyst.table().observe(seen, true);
            int number = at.analyst.table().index().find(account);
            long begun = System.nanoTime();
            at.analyst.joins().begin(number, seen, seen.prompt);
            times[i] = System.nanoTime() - begun;
        }
        return times;
    }

    private static void print(String what, long[] nanos, double unit, String name) {
        Arrays.sort(nanos);
        System.out.printf(
                Locale.ROOT,
                "%s: median %.1f %s, 99 %% %.1f %s, most %.1f %s%n",
                what,
                nanos[nanos.length / 2] / unit,
                name,
                nanos[nanos.length * 99 / 100] / unit,
                name,
                nanos[nanos.length - 1] / unit,
                name);
    }
}
