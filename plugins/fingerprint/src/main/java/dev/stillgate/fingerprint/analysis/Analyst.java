package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountProfile;
import dev.stillgate.fingerprint.account.AccountStore;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.candidate.TemplateUsers;
import dev.stillgate.fingerprint.capture.AllowedAccounts;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.holdout.HoldoutGroup;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.standing.AccountStanding;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Clusters;
import dev.stillgate.fingerprint.standing.DailyQuota;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.fingerprint.standing.StandingCodec;
import dev.stillgate.fingerprint.text.PromptFeatures;
import dev.stillgate.spi.Standing;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Keeps what is known of accounts, compares them from time to time and says where they stand. One thread only. */
public final class Analyst {
    /** The share of the recent exchanges that must be new for a round to be worth its time. */
    private static final int NEW_SHARE = 32;

    private static final long FORCED = 12 * 3_600_000L;
    private static final long HALVED = 3 * 86_400_000L;
    private static final int NEW = 3 * 86_400;
    private static final int LEAST_QUOTA = 10;
    private static final double PROSELESS = 0.2;

    private static final int MOST_FORGOTTEN = 1000;

    private final AccountStore known;
    private final Clusters clusters = new Clusters();
    private final Ladder ladder = new Ladder();
    private final AuditSamples samples = new AuditSamples();
    private final TemplateUsers templates = new TemplateUsers();
    private final HoldoutGroups trials = new HoldoutGroups(this::isNewcomer);
    private AnalysisSettings settings;
    private long firstMillis = -1;
    private long lastRound = -1;
    private double recent;
    private double fresh;
    private long halvedAt;
    private int compared;
    private long revision;
    private final List<String> forgotten = new ArrayList<>();

    /** An analyst who knows nothing yet. */
    public Analyst(AnalysisSettings settings) {
        this.settings = settings;
        this.known = new AccountStore(settings.maxAccounts(), this::isNobody, this::forgetNumbers);
    }

    private void forgetNumbers(int... accounts) {
        trials.forget(accounts);
        templates.forget(accounts);
    }

    /** Returns whether an account has neither standing nor cluster. */
    private boolean isNobody(String account) {
        AccountStanding rank = ladder.find(account);
        return clusters.of(account) == null && (rank == null || rank.isClear());
    }

    /** Returns whether an account came after a trial began, or little before. */
    private boolean isNewcomer(int account, int since) {
        return table().firstSecond(account) >= since - NEW;
    }

    /** Goes by other settings from here on; what is known stays, except of whom they allow. */
    public void follow(AnalysisSettings other, long now) {
        if (!other.innocent().equals(settings.innocent())) {
            acquit(other.innocent(), now);
        }
        settings = other;
        if (other.samples() == 0) {
            samples.clear();
        }
    }

    private void acquit(AllowedAccounts innocent, long now) {
        AccountTable table = table();
        List<String> found = new ArrayList<>();
        for (int number = 0; number < table.index().limit(); number++) {
            String id = table.index().id(number);
            if (!id.isEmpty() && innocent.holds(id, table.organisation(number))) {
                found.add(id);
            }
        }
        known.forget(found);
        found.addAll(innocent.accounts());
        for (String account : found) {
            clusters.forget(account);
            ladder.acquit(account, now);
            samples.forget(account);
        }
    }

    /** Takes an exchange. */
    public void observe(Observation seen) {
        if (firstMillis < 0) {
            firstMillis = seen.start;
            halvedAt = seen.start;
        }
        if (!known.observe(seen, settings.maxAccounts())) {
            return;
        }
        PromptFeatures prompt = seen.prompt;
        if (prompt != null) {
            int account = table().index().find(seen.account);
            boolean begins = known.begins(seen);
            trials.observe(account, seen, begins);
            if (begins) {
                templates.observe(account, seen, prompt);
            }
        }
        Cluster cluster = clusters.of(seen.account);
        if (cluster != null) {
            cluster.tally.add(seen);
        }
        String sample = seen.sample;
        if (sample != null && settings.samples() > 0) {
            samples.add(seen.account, sample, settings.samples());
        }
        revision++;
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
            revision++;
        }
        ladder.expire(settings.expireAfter().toMillis(), now);
        return changes();
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
        known.findCircles();
        BitSet caught = caught();
        AnalysisRound round = new AnalysisRound(table(), settings, caught::get, (int) (now / 1000));
        compared = round.size();
        boolean learnt = learnt(now) >= 1;
        for (Finding finding : trials.judged(round, (int) (now / 1000))) {
            Standing rung = rung(finding, learnt);
            if (rung != Standing.CLEAR) {
                List<String> members = new ArrayList<>();
                for (int account : finding.accounts()) {
                    members.add(table().index().id(account));
                }
                Cluster cluster = clusters.take(finding, members, now);
                for (int account : finding.accounts()) {
                    climb(account, rung, finding, cluster, now);
                }
            }
        }
        caught.or(caught());
        List<HoldoutGroup> named = round.suspects(templates.shared());
        named.forEach(trial -> trials.follow(trial, caught::get));
        named.forEach(trials::begin);
        clusters.forget(now - settings.expireAfter().toMillis());
    }

    private BitSet caught() {
        return ladder.reached(Standing.TIGHTENED, table().index());
    }

    /** Returns how much of what must have been seen was seen, from 0 to 1: enough is 1. */
    double learnt(long now) {
        double accounts = (double) compared / Math.max(1, settings.learnAccounts());
        double time = firstMillis < 0
                ? 0
                : (double) (now - firstMillis)
                        / Math.max(1, settings.learnTime().toMillis());
        return Math.clamp(Math.min(accounts, time), 0, 1);
    }

    /**
     * Returns how high a finding reaches: to tightened when enough was learnt and it is no office, and past it by two families
     * only.
     */
    private Standing rung(Finding finding, boolean learnt) {
        Standing alone = settings.rung(finding.total());
        if (!learnt || finding.isOffice() || !alone.reaches(Standing.TIGHTENED)) {
            return alone.reaches(Standing.WATCHED) ? Standing.WATCHED : alone;
        }
        Standing two = settings.rung(finding.borneByTwo());
        return two.reaches(Standing.MARKED) ? two : Standing.TIGHTENED;
    }

    private void climb(int account, Standing rung, Finding finding, Cluster cluster, long now) {
        AccountProfile profile = table().profile(account);
        Standing reached = rung == Standing.MARKED && profile.prose() < PROSELESS ? Standing.SLOWED : rung;
        ladder.climb(table().index().id(account), reached, finding, cluster.id, now, quota(profile));
    }

    /** Returns how many requests an account may make a day by its own past use, the least of all when it has none. */
    public int quota(String account) {
        int number = table().index().find(account);
        return number == AccountIndex.NONE ? LEAST_QUOTA : quota(table().profile(number));
    }

    private int quota(AccountProfile profile) {
        double daily = Math.max(profile.exchanges(), profile.prompts()) / Math.max(1, profile.activeDays());
        return (int) Math.max(LEAST_QUOTA, Math.ceil(daily * settings.quota()));
    }

    /** Forgets all that is kept of an account. */
    public void forget(String account) {
        known.forget(List.of(account));
        clusters.forget(account);
        ladder.forget(account);
        samples.forget(account);
        revision++;
        if (forgotten.size() < MOST_FORGOTTEN) {
            forgotten.add(account);
        }
    }

    /** Returns the accounts that were forgotten by name since the last call, for the other gateways. */
    public List<String> forgotten() {
        List<String> accounts = List.copyOf(forgotten);
        forgotten.clear();
        return accounts;
    }

    /** Returns the standings above clear if any changed since they were last told, else null. */
    public @Nullable Map<String, Standing> changes() {
        Map<String, Standing> changes = ladder.changes();
        revision += changes == null ? 0 : 1;
        return changes;
    }

    /** Returns a number that is another one whenever something that is saved may have changed. */
    public long revision() {
        return revision;
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

    public AnalysisSettings settings() {
        return settings;
    }

    /** Writes down all that is known. */
    void write(DataOutput out) throws IOException {
        out.writeLong(firstMillis);
        out.writeLong(lastRound);
        out.writeDouble(recent);
        out.writeDouble(fresh);
        out.writeLong(halvedAt);
        out.writeInt(compared);
        known.write(out);
        StandingCodec.write(out, ladder, clusters);
    }

    /**
     * Takes in what was written down, when nothing is known yet.
     *
     * @param sameKey whether hashes are still made under the same key
     * @throws IOException when it is not that; what is known then is of no use
     */
    void read(DataInput in, boolean sameKey) throws IOException {
        firstMillis = in.readLong();
        lastRound = in.readLong();
        recent = in.readDouble();
        fresh = in.readDouble();
        halvedAt = in.readLong();
        compared = in.readInt();
        known.read(in, sameKey);
        StandingCodec.read(in).restoreTo(ladder, clusters);
    }

    /** Returns the standings above clear. */
    public Map<String, Standing> standings() {
        return ladder.standings();
    }

    /** Returns with which cluster accounts above clear stand there. */
    public Map<String, String> groups() {
        return ladder.groups();
    }

    /** Returns the accounts above clear whose standing an operator has ordered. */
    public Set<String> ordered() {
        return ladder.ordered();
    }

    public AccountTable table() {
        return known.table();
    }

    HoldoutGroups trials() {
        return trials;
    }

    public AccountStore known() {
        return known;
    }

    public AuditSamples samples() {
        return samples;
    }

    public Clusters clusters() {
        return clusters;
    }

    public Ladder ladder() {
        return ladder;
    }

    /** Returns how far the analysis has come. */
    public AnalysisFigures figures(long now) {
        return new AnalysisFigures(
                table().index().size(),
                compared,
                clusters.all().size(),
                ladder.counts(),
                learnt(now),
                known.evicted(),
                known.unkept());
    }
}
