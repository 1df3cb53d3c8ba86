package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountStore;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.budget.PoolBudgets;
import dev.stillgate.fingerprint.budget.UnverifiedDays;
import dev.stillgate.fingerprint.candidate.TemplateUsers;
import dev.stillgate.fingerprint.capture.AllowedAccounts;
import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.holdout.Finding;
import dev.stillgate.fingerprint.holdout.HoldoutGroup;
import dev.stillgate.fingerprint.link.LinkedGroup;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.Clusters;
import dev.stillgate.fingerprint.standing.EvidenceMerge;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.fingerprint.standing.OrdersInForce;
import dev.stillgate.fingerprint.standing.StandingCodec;
import dev.stillgate.fingerprint.text.PromptFeatures;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.Orders;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keeps the state of all accounts, compares the accounts periodically and assigns standings. Not thread-safe. */
public final class Analyst {
    private static final int NEWCOMER_SECONDS = 3 * 86_400;

    private final AccountStore accountStore;
    private final Clusters clusters = new Clusters();
    private final Ladder ladder = new Ladder();
    private final JoinedAccounts joined;
    private final RequestedText text;
    private final AuditSamples samples = new AuditSamples();
    private final TemplateUsers templates = new TemplateUsers();
    private final HoldoutGroups holdoutGroups = new HoldoutGroups(this::isNewcomer);
    private final RegistrationLinks registrations;
    private final UnverifiedDays unverifiedDays = new UnverifiedDays();
    private AnalysisSettings settings;
    private final RoundSchedule schedule = new RoundSchedule();
    private long revision;
    private final Orders orders;
    private final Orders.Subscription subscription;
    private volatile boolean ordersChanged = true;
    private final Erasures erasures;
    private final JoinWatch joins;
    private final DrawnNewcomers newcomers;

    /** An analyst without data that obeys orders of operators. */
    public Analyst(AnalysisSettings settings, Orders orders) {
        this.settings = settings;
        this.orders = orders;
        this.accountStore = new AccountStore(settings.maxAccounts(), this::isEvictable, this::forgetIndexes);
        this.registrations = new RegistrationLinks(accountStore.table(), ladder);
        this.joins = new JoinWatch(accountStore.table(), registrations.facts(), ladder, orders::now);
        this.newcomers = new DrawnNewcomers(accountStore.table(), ladder);
        this.joined = new JoinedAccounts(accountStore.table(), registrations.facts(), ladder, this::isCapped);
        this.text = new RequestedText(accountStore.table(), ladder);
        this.erasures = new Erasures(orders, accountStore.table(), ladder, clusters);
        this.subscription = orders.onChange(() -> ordersChanged = true);
    }

    /** Follows the orders no longer. */
    public void close() {
        subscription.close();
    }

    public Orders orders() {
        return orders;
    }

    /** Takes over the orders of operators that were given, began or ended since the last call. */
    public void obey() {
        boolean isChanged = ordersChanged;
        if (isChanged) {
            ordersChanged = false; // before the orders are read: a later change is seen next time
        }
        if (isChanged || !ladder.orders().holdsAt(orders.now())) {
            ladder.obey(OrdersInForce.of(orders, ladder.orders()));
            clusters.reserve(ladder.orders());
            if (isChanged) {
                erasures.due().forEach(this::forget);
            }
        }
    }

    /** Replaces the standings by evidence, and the clusters. */
    public void adopt(StandingCodec.Content content) {
        content.restoreTo(ladder, clusters);
        clusters.reserve(ladder.orders());
        erasures.ofStandings().forEach(this::forget);
    }

    /**
     * Adds standings by evidence and clusters of another gateway; of each account and cluster, the later evidence is kept.
     *
     * @return whether this gateway had something that the other lacks
     */
    public boolean merge(StandingCodec.Content content) {
        long now = orders.now();
        long since = now - settings.expireAfter().toMillis();
        boolean knewMore = new EvidenceMerge(ladder, clusters, since, now).add(content);
        clusters.reserve(ladder.orders());
        erasures.ofStandings().forEach(this::forget);
        return knewMore;
    }

    private void forgetIndexes(int... accounts) {
        holdoutGroups.forget(accounts);
        templates.forget(accounts);
        registrations.forget(accounts);
        joins.forgetIndexes(accounts);
        unverifiedDays.forget(accounts);
    }

    /** Returns whether an account has neither a standing nor a cluster. */
    private boolean isEvictable(String account) {
        return clusters.of(account) == null && ladder.isClear(account);
    }

    /**
     * Returns whether an account was first seen at most {@value #NEWCOMER_SECONDS} seconds before a group was selected.
     */
    private boolean isNewcomer(int account, int since) {
        return table().firstSecond(account) >= since - NEWCOMER_SECONDS;
    }

    /** Applies new settings. State is kept, except for accounts that are now on the allow-list. */
    public void applySettings(AnalysisSettings other, long now) {
        if (!other.innocent().equals(settings.innocent())) {
            clearAllowed(other.innocent(), now);
        }
        settings = other;
        if (other.samples() == 0) {
            samples.clear();
        }
    }

    private void clearAllowed(AllowedAccounts innocent, long now) {
        AccountTable table = table();
        List<String> allowed = new ArrayList<>();
        for (int number = 0; number < table.index().limit(); number++) {
            String id = table.index().id(number);
            if (!id.isEmpty() && innocent.contains(id, table.organisation(number))) {
                allowed.add(id);
            }
        }
        accountStore.forget(allowed);
        allowed.addAll(innocent.accounts());
        for (String account : allowed) {
            clusters.forget(account);
            ladder.clearEarned(account, now);
            samples.forget(account);
        }
    }

    /** Records an exchange, unless it is from before the account's erasure. */
    public void observe(Observation seen) {
        if (seen.start < orders.erasedAt(seen.account)) {
            return;
        }
        schedule.begin(seen.start);
        if (seen.unread) {
            text.count(seen, clusters.of(seen.account));
            return;
        }
        if (!accountStore.observe(seen, settings.maxAccounts())) {
            return;
        }
        int account = table().index().find(seen.account);
        registrations.observe(account, seen, settings);
        unverifiedDays.observe(account, seen, id -> !ladder.standing(id).reaches(Standing.POOLED));
        PromptFeatures prompt = seen.prompt;
        if (prompt != null) {
            boolean beginsConversation = accountStore.beginsConversation(seen);
            holdoutGroups.observe(account, seen, beginsConversation);
            if (beginsConversation) {
                templates.observe(account, seen, prompt);
                joins.begin(account, seen, prompt);
            }
        }
        Cluster cluster = clusters.of(seen.account);
        if (cluster != null) {
            cluster.totals.add(seen);
        }
        text.count(seen, cluster);
        String sample = seen.sample;
        if (sample != null && settings.samples() > 0) {
            samples.add(seen.account, sample, settings.samples());
        }
        revision++;
        schedule.count();
    }

    /**
     * Compares the accounts with each other and fits confirmed campaigns if that is due, and ends expired standings.
     *
     * @param now milliseconds since the epoch by the wall clock; standings last by the clock of the orders
     * @return the standings above clear if any changed, else null
     */
    public @Nullable Map<String, Standing> tend(long now) {
        obey();
        long settled = orders.now();
        if (registrations.isDue(settings, now)) {
            link(registrations.byFacts(settings, flagged()::get, now), settled);
        }
        if (schedule.isDue(settings, now)) {
            AnalysisEvent event = AnalysisEvent.start();
            round(now, settled);
            event.end(schedule.compared());
            revision++;
        }
        joins.tend(now);
        newcomers.tend(settings.review().newcomers(), now);
        ladder.expire(settings.expireAfter().toMillis(), settled);
        revision += clusters.endOutgrownHidings(ladder.orders(), settings, settled) ? 1 : 0;
        return changes();
    }

    /** @param settled milliseconds since the epoch by the clock of the orders */
    private void round(long now, long settled) {
        schedule.start(now);
        BitSet flagged = flagged();
        AnalysisRound round = new AnalysisRound(table(), settings, flagged::get, (int) (now / 1000));
        schedule.compare(round.size());
        for (Finding finding : holdoutGroups.testAll(round, (int) (now / 1000))) {
            if (settings.marks(finding.total())) {
                List<String> members = new ArrayList<>();
                for (int account : finding.accounts()) {
                    members.add(table().index().id(account));
                }
                Cluster cluster = clusters.take(finding, members, settled);
                for (int account : finding.accounts()) {
                    ladder.climb(
                            table().index().id(account),
                            Standing.MARKED,
                            finding.total(),
                            finding.reasons(),
                            cluster.id,
                            settled);
                }
            }
        }
        link(registrations.byBursts(round.accounts(), templates.shared(), now), settled);
        link(registrations.byPeople(settings, flagged::get, now), settled);
        link(registrations.byDecoys(settings, flagged::get), settled);
        link(registrations.byDisplacement(settings, flagged::get), settled);
        flagged.or(flagged());
        List<HoldoutGroup> candidates = round.candidates(templates.shared());
        candidates.forEach(group -> holdoutGroups.follow(group, flagged::get));
        candidates.forEach(holdoutGroups::begin);
        clusters.forget(settled - settings.expireAfter().toMillis());
    }

    /** Adds linked accounts to clusters. A decisive link pools them, another one marks them at most. */
    private void link(List<LinkedGroup> groups, long now) {
        for (LinkedGroup group : groups) {
            List<String> members = Arrays.stream(group.accounts())
                    .mapToObj(table().index()::id)
                    .toList();
            Cluster cluster = clusters.take(group.link(), members, now);
            Standing marked = settings.marks(group.link().weight()) ? Standing.MARKED : Standing.CLEAR;
            Standing rung = group.decisive() ? Standing.POOLED : marked;
            for (String member : members) {
                ladder.climb(member, rung, 0, cluster.reasons, cluster.id, now);
            }
        }
    }

    /** Returns the accounts that are pooled, blocked, or marked for their behaviour. */
    private BitSet flagged() {
        return ladder.reaching(Standing.POOLED, settings.marked(), table().index());
    }

    /** Deletes all data of an account. */
    public void forget(String account) {
        accountStore.forget(List.of(account));
        clusters.erase(account);
        ladder.forget(account);
        samples.forget(account);
        joins.forget(account);
        newcomers.forget(account);
        revision++;
    }

    /** Returns the standings above clear if any changed since the last call, else null. */
    public @Nullable Map<String, Standing> changes() {
        obey();
        return ladder.changes(this::isCapped);
    }

    /** Returns a number that changes whenever persistent state may have changed. */
    public long revision() {
        return revision + ladder.revision();
    }

    public AnalysisSettings settings() {
        return settings;
    }

    /** Writes the state. */
    void write(DataOutput out) throws IOException {
        schedule.write(out);
        accountStore.write(out);
        registrations.write(out);
        joins.write(out);
        StandingCodec.write(out, ladder, clusters);
        unverifiedDays.write(out);
    }

    /**
     * Reads the state into an empty analyst.
     *
     * @param sameKey whether the hash key is the one under which the state was written
     * @throws IOException if the data is invalid; the analyst is then unusable
     */
    void read(DataInput in, boolean sameKey) throws IOException {
        schedule.read(in);
        accountStore.read(in, sameKey);
        registrations.read(in, sameKey);
        joins.read(in, sameKey);
        StandingCodec.read(in).restoreTo(ladder, clusters);
        unverifiedDays.read(in, table().index().limit());
    }

    /** Returns the standings above clear; those of verified accounts and organisations are capped as when in force. */
    public Map<String, Standing> standings() {
        return ladder.standings(this::isCapped);
    }

    /** Returns the standing of an account as among the {@link #standings}. */
    public Standing standing(String account) {
        return ladder.standing(account, this::isCapped);
    }

    /** Returns whether evidence marks an account at most, since it is verified or of a declared organisation. */
    public boolean isCapped(String account) {
        int index = table().index().find(account);
        return index != AccountIndex.NONE && (table().verified(index) || table().organisationNumber(index) != 0);
    }

    public AccountTable table() {
        return accountStore.table();
    }

    public RegistrationLinks registrations() {
        return registrations;
    }

    /** Returns the budgets of pools from data. */
    public PoolBudgets budgets() {
        return unverifiedDays.budgets();
    }

    public AccountStore accountStore() {
        return accountStore;
    }

    public AuditSamples samples() {
        return samples;
    }

    /** Returns a cluster by evidence, or the one of orders that outlast it; null for an unknown id. */
    public @Nullable Cluster cluster(String id) {
        Cluster cluster = clusters.find(id);
        return cluster == null ? ladder.orders().cluster(id, orders.now()) : cluster;
    }

    public Clusters clusters() {
        return clusters;
    }

    /** Sets the keyed hash by which newcomers and accounts of organisations are drawn. */
    public void drawBy(FeatureHasher hasher) {
        joins.drawBy(hasher);
        newcomers.drawBy(hasher);
        joined.drawBy(hasher);
    }

    /** Returns the watch for accounts that join confirmed campaigns. */
    public JoinWatch joins() {
        return joins;
    }

    /** Returns the newcomers that wait for verification. */
    public DrawnNewcomers newcomers() {
        return newcomers;
    }

    public JoinedAccounts joined() {
        return joined;
    }

    public Ladder ladder() {
        return ladder;
    }

    /** Returns the state of the analysis. */
    public AnalysisFigures figures() {
        return new AnalysisFigures(
                table().index().size(),
                schedule.compared(),
                clusters.all().size(),
                ladder.counts(),
                accountStore.evicted(),
                accountStore.unkept(),
                text.byStanding(),
                budgets().all());
    }
}
