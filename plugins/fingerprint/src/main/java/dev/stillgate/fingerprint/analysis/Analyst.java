package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.DailyQuota;
import dev.stillgate.fingerprint.Observation;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps what is known of accounts, compares them from time to time and says where they stand. One thread only. */
public final class Analyst {
    /** The share of the recent exchanges that must be new for a round to be worth its time. */
    private static final int NEW_SHARE = 32;

    private static final long FORCED = 12 * 3_600_000L;
    private static final long HALVED = 3 * 86_400_000L;
    private static final int LEAST_QUOTA = 10;
    private static final double PROSELESS = 0.2;

    private final AccountTable table = new AccountTable();
    private final Clusters clusters = new Clusters();
    private final Ladder ladder = new Ladder();
    private Settings settings;
    private long firstMillis = -1;
    private long lastRound = -1;
    private double recent;
    private double fresh;
    private long halvedAt;
    private int compared;

    /** An analyst who knows nothing yet. */
    public Analyst(Settings settings) {
        this.settings = settings;
    }

    /** Goes by other settings from here on; what is known stays. */
    public void follow(Settings other) {
        settings = other;
    }

    /** Takes an exchange. */
    public void observe(Observation seen) {
        if (firstMillis < 0) {
            firstMillis = seen.start;
            halvedAt = seen.start;
        }
        table.observe(seen);
        recent++;
        fresh++;
    }

    /**
     * Compares accounts when it is worth it, and lets standings end.
     *
     * @param now milliseconds of the epoch
     * @return the standings above clear when any changed, else null
     */
    public @Nullable Map<String, Standing> tend(long now) {
        if (isDue(now)) {
            round(now);
        }
        ladder.expire(now - settings.expireAfter().toMillis(), now);
        return ladder.changes();
    }

    private boolean isDue(long now) {
        if (fresh == 0 || now - lastRound < settings.regroup().toMillis()) {
            return false;
        }
        while (now - halvedAt > HALVED) {
            halvedAt += HALVED;
            recent /= 2;
        }
        return fresh * NEW_SHARE >= recent || now - lastRound >= FORCED;
    }

    private void round(long now) {
        lastRound = now;
        fresh = 0;
        Round round = new Round(table, settings, (int) (now / 1000));
        compared = round.size();
        boolean learnt = compared >= settings.learnAccounts()
                && now - firstMillis >= settings.learnTime().toMillis();
        for (Finding finding : round.findings()) {
            Standing rung = rung(finding, learnt);
            if (rung != Standing.CLEAR) {
                List<String> members = new ArrayList<>();
                for (int account : finding.accounts()) {
                    members.add(table.index().id(account));
                }
                Cluster cluster = clusters.take(finding, members, now);
                for (int account : finding.accounts()) {
                    climb(account, rung, finding, cluster, now);
                }
            }
        }
        clusters.forget(now - settings.expireAfter().toMillis());
    }

    /** Returns how high a finding reaches: to tightened when enough was learnt, and past it by two families only. */
    private Standing rung(Finding finding, boolean learnt) {
        Standing alone = settings.rung(finding.total());
        if (!learnt || !alone.reaches(Standing.TIGHTENED)) {
            return alone.reaches(Standing.WATCHED) ? Standing.WATCHED : alone;
        }
        Standing two = settings.rung(finding.borneByTwo());
        return two.reaches(Standing.MARKED) ? two : Standing.TIGHTENED;
    }

    private void climb(int account, Standing rung, Finding finding, Cluster cluster, long now) {
        AccountProfile profile = table.profile(account);
        Standing reached = rung == Standing.MARKED && profile.prose() < PROSELESS ? Standing.SLOWED : rung;
        double daily = profile.exchanges() / Math.max(1, profile.activeDays());
        int quota = (int) Math.max(LEAST_QUOTA, Math.ceil(daily * settings.quota()));
        ladder.climb(table.index().id(account), reached, finding, cluster.id, now, quota);
    }

    /** Returns the daily quotas of the accounts that have one. */
    public Map<String, DailyQuota> quotas() {
        Map<String, DailyQuota> quotas = new HashMap<>();
        ladder.all().forEach((account, rank) -> {
            DailyQuota quota = rank.quota;
            if (quota != null && rank.standing().reaches(Standing.TIGHTENED)) {
                quotas.put(account, quota);
            }
        });
        return quotas;
    }

    AccountTable table() {
        return table;
    }

    Clusters clusters() {
        return clusters;
    }

    Ladder ladder() {
        return ladder;
    }

    /** Returns how many accounts the last round compared. */
    public int compared() {
        return compared;
    }
}
