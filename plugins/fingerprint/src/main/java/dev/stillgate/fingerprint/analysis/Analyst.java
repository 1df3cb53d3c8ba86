package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.DailyQuota;
import dev.stillgate.fingerprint.Observation;
import dev.stillgate.spi.Standing;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
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

    /** How many exchanges must have brought another account's answers for them to link. */
    private static final int LEAST_EXCHANGES_OF_EDGE = 2;

    private static final int ISSUED_AN_ACCOUNT = 8;
    private static final int EDGE_HOURS = 14 * 24;
    private static final int LEAST_EVICTED = 64;
    private static final int MOST_FORGOTTEN = 1000;

    private final AccountTable table = new AccountTable();
    private final IssuedContext issued;
    private final Edges edges;
    private final Clusters clusters = new Clusters();
    private final Ladder ladder = new Ladder();
    private final Samples samples = new Samples();
    private Settings settings;
    private long firstMillis = -1;
    private long lastRound = -1;
    private double recent;
    private double fresh;
    private long halvedAt;
    private int compared;
    private long revision;
    private final List<String> forgotten = new ArrayList<>();
    private long noRoomUntil;
    private long evicted;
    private long unkept;

    /** An analyst who knows nothing yet. */
    public Analyst(Settings settings) {
        this.settings = settings;
        issued = new IssuedContext((long) ISSUED_AN_ACCOUNT * settings.maxAccounts());
        edges = new Edges(settings.maxAccounts());
    }

    /** Goes by other settings from here on; what is known stays, except of whom they allow. */
    public void follow(Settings other, long now) {
        if (!other.innocent().equals(settings.innocent())) {
            acquit(other.innocent(), now);
        }
        settings = other;
        if (other.samples() == 0) {
            samples.clear();
        }
    }

    private void acquit(Innocent innocent, long now) {
        List<String> found = new ArrayList<>();
        for (int number = 0; number < table.index().limit(); number++) {
            String id = table.index().id(number);
            if (!id.isEmpty() && innocent.holds(id, table.organisation(number))) {
                found.add(id);
            }
        }
        BitSet numbers = new BitSet();
        found.forEach(id -> numbers.set(table.index().find(id)));
        issued.forget(numbers);
        edges.forget(numbers, 0);
        table.remove(numbers.stream().toArray());
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
        if (table.index().size() >= settings.maxAccounts()
                && table.index().find(seen.account) == AccountIndex.NONE
                && !makeRoom(seen.start)) {
            unkept++;
            return;
        }
        int account = table.observe(seen);
        if (account == AccountIndex.NONE) {
            unkept++;
            return;
        }
        link(account, seen);
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

    /** Notes whose answers an account brings, and which it was given. */
    private void link(int account, Observation seen) {
        int hour = (int) (seen.start / 3_600_000);
        int before = AccountIndex.NONE;
        for (long mark : seen.cited) {
            int owner = issued.owner(mark);
            if (owner >= 0 && owner != account && owner != before && !table.areOfOne(account, owner)) {
                edges.add(account, owner, hour);
                before = owner; // the marks of one transcript stand in a row, and count once
            }
        }
        for (long mark : seen.issued) {
            issued.issue(mark, account);
        }
    }

    /** Forgets the accounts that are worth least and have neither standing nor cluster; returns whether there were any. */
    private boolean makeRoom(long millis) {
        if (millis < noRoomUntil) {
            return false;
        }
        int[] gone = table.evict(account -> {
            String id = table.index().id(account);
            Rank rank = ladder.find(id);
            return clusters.of(id) == null && (rank == null || rank.isClear());
        });
        BitSet numbers = new BitSet();
        for (int account : gone) {
            numbers.set(account);
        }
        issued.forget(numbers);
        edges.forget(numbers, (int) (millis / 3_600_000) - EDGE_HOURS);
        evicted += gone.length;
        if (gone.length * LEAST_EVICTED < table.index().size()) {
            noRoomUntil = millis + 60_000; // hardly any may go, and looking for them takes time
        }
        return gone.length > 0;
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
        ladder.expire(now - settings.expireAfter().toMillis(), now);
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
        table.components(edges.components(table.index().limit(), LEAST_EXCHANGES_OF_EDGE));
        Round round = new Round(table, settings, (int) (now / 1000));
        compared = round.size();
        boolean learnt = learnt(now) >= 1;
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

    /** Returns how much of what must have been seen was seen, from 0 to 1: enough is 1. */
    double learnt(long now) {
        double accounts = (double) compared / Math.max(1, settings.learnAccounts());
        double time = firstMillis < 0
                ? 0
                : (double) (now - firstMillis)
                        / Math.max(1, settings.learnTime().toMillis());
        return Math.clamp(Math.min(accounts, time), 0, 1);
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
        ladder.climb(table.index().id(account), reached, finding, cluster.id, now, quota(profile));
    }

    /** Returns how many requests an account may make a day by its own past use, the least of all when it has none. */
    int quota(String account) {
        int number = table.index().find(account);
        return number == AccountIndex.NONE ? LEAST_QUOTA : quota(table.profile(number));
    }

    private int quota(AccountProfile profile) {
        double daily = profile.exchanges() / Math.max(1, profile.activeDays());
        return (int) Math.max(LEAST_QUOTA, Math.ceil(daily * settings.quota()));
    }

    /** Forgets all that is kept of an account. */
    public void forget(String account) {
        int number = table.index().find(account);
        if (number != AccountIndex.NONE) {
            BitSet numbers = new BitSet();
            numbers.set(number);
            issued.forget(numbers);
            edges.forget(numbers, 0);
            table.remove(number);
        }
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

    Settings settings() {
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
        TableCodec.write(out, table);
        TableCodec.write(out, issued, edges);
        LadderCodec.write(out, ladder, clusters);
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
        TableCodec.read(in, table);
        TableCodec.read(in, issued, edges, table.index().limit(), sameKey);
        if (!sameKey) {
            table.forgetKeyed();
        }
        LadderCodec.read(in).restoreTo(ladder, clusters);
    }

    /** Returns the standings above clear. */
    public Map<String, Standing> standings() {
        return ladder.standings();
    }

    /** Returns with which cluster accounts above clear stand there. */
    public Map<String, String> groups() {
        return ladder.groups();
    }

    /** Returns how many accounts are kept. */
    int accounts() {
        return table.index().size();
    }

    /** Returns how many accounts were forgotten to make room for others. */
    public long evicted() {
        return evicted;
    }

    /** Returns how many exchanges were not looked at because there was no room for their account. */
    public long unkept() {
        return unkept;
    }

    IssuedContext issued() {
        return issued;
    }

    Edges edges() {
        return edges;
    }

    AccountTable table() {
        return table;
    }

    Samples samples() {
        return samples;
    }

    Clusters clusters() {
        return clusters;
    }

    Ladder ladder() {
        return ladder;
    }

    /** Returns how far the analysis has come. */
    public Figures figures(long now) {
        return new Figures(table.index().size(), compared, clusters.all().size(), ladder.counts(), learnt(now));
    }
}
