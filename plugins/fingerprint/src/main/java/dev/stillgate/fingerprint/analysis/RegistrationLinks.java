package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.account.RoundAccounts;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.fingerprint.link.BurstScan;
import dev.stillgate.fingerprint.link.Displacements;
import dev.stillgate.fingerprint.link.FactLinks;
import dev.stillgate.fingerprint.link.FactTable;
import dev.stillgate.fingerprint.link.LinkedGroup;
import dev.stillgate.fingerprint.link.Population;
import dev.stillgate.fingerprint.people.PeopleLinks;
import dev.stillgate.fingerprint.people.PeopleTable;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.Decoys;
import dev.stillgate.fingerprint.signal.Displacement;
import dev.stillgate.fingerprint.signal.People;
import dev.stillgate.fingerprint.signal.SharedKey;
import dev.stillgate.fingerprint.space.Cohort;
import dev.stillgate.fingerprint.space.Cohorts;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.spi.Account;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Registration facts of the accounts and the people whom they name, and the links by them and by bursts of registrations. Not
 * thread-safe.
 */
public final class RegistrationLinks {
    private static final Set<SharedKey> KEYS = EnumSet.allOf(SharedKey.class);

    private final FactTable facts = new FactTable();
    private final PeopleTable people = new PeopleTable();
    private final AccountTable table;
    private final Ladder ladder;
    private Displacements displacements = new Displacements();
    private Map<Integer, DecoyLinks.Use> decoys = new TreeMap<>();
    private long lastSearch = -1;
    private long searchedRevision;

    RegistrationLinks(AccountTable table, Ladder ladder) {
        this.table = table;
        this.ladder = ladder;
    }

    /** Returns the registration facts of the accounts. */
    public FactTable facts() {
        return facts;
    }

    void observe(int account, Observation seen, AnalysisSettings settings) {
        facts.observe(account, seen);
        if (seen.person != 0 && settings.has(People.NAME)) {
            people.observe(account, seen.person, (int) (seen.start / 1000));
        }
        if (seen.prompt != null && settings.has(Displacement.NAME)) {
            displacements.observe(account, seen, seen.prompt);
        }
    }

    /** Returns the people whom the accounts name. */
    public PeopleTable people() {
        return people;
    }

    /** Returns the minute of the epoch at which an account was created, by the accounts file; 0 if unknown. */
    public int created(int account) {
        return facts.created(account);
    }

    /** Returns whether the accounts file has registration facts of an account. */
    public boolean hasFacts(int account) {
        return facts.exchanges(account) > 0;
    }

    void forget(int... accounts) {
        facts.forget(accounts);
        people.forget(accounts);
        displacements.forget(accounts);
        for (int account : accounts) {
            decoys.remove(account);
            decoys.values().forEach(use -> use.forget(account));
        }
    }

    /** Returns whether accounts with facts have sent exchanges since the last search, and it was long enough ago. */
    boolean isDue(AnalysisSettings settings, long now) {
        return facts.revision() != searchedRevision
                && now - lastSearch >= settings.regroup().toMillis();
    }

    /**
     * Returns the groups of accounts that share a rare fact and are as large as a pool.
     *
     * @param flagged whether an account, by index, is flagged by its behaviour
     */
    List<LinkedGroup> byFacts(AnalysisSettings settings, IntPredicate flagged, long now) {
        lastSearch = now;
        searchedRevision = facts.revision();
        int least = settings.review().poolLeast();
        return FactLinks.groups(facts, population(flagged), settings.facts(), least).stream()
                .filter(group -> group.accounts().length >= least)
                .toList();
    }

    /**
     * Returns the groups of accounts with a key in common that were registered in one burst.
     *
     * @param templates users of each template, as account indexes
     */
    List<LinkedGroup> byBursts(RoundAccounts accounts, List<Cohort> templates, long now) {
        List<Cohort> cohorts = new ArrayList<>(templates);
        for (Cohort cohort : Cohorts.of(KEYS, accounts.candidateProfiles)) {
            cohorts.add(new Cohort(cohort.key(), cohort.value(), accounts.candidates(cohort.members())));
        }
        return BurstScan.groups(cohorts, facts, population(account -> false), (int) (now / 60_000), BurstScan.PROMISE);
    }

    /**
     * Returns the groups of accounts that share people, those whose evidence marks only. Verified accounts may be in a
     * group, since campaigns verify some of theirs.
     *
     * @param flagged whether an account, by index, is flagged by its behaviour
     */
    List<LinkedGroup> byPeople(AnalysisSettings settings, IntPredicate flagged, long now) {
        if (!settings.has(People.NAME)) {
            people.clear();
            return List.of();
        }
        return marking(settings, People.NAME, PeopleLinks.groups(people, population(flagged), this::isLinkable, (int)
                (now / 1000)));
    }

    private boolean isLinkable(int account) {
        return table.organisationNumber(account) == 0
                && !ladder.isLabelled(table.index().id(account), LabelKind.VOUCHED);
    }

    private static List<LinkedGroup> marking(AnalysisSettings settings, String signal, List<LinkedGroup> groups) {
        return groups.stream()
                .filter(group ->
                        settings.marks(settings.weight(signal) * group.link().weight()))
                .toList();
    }

    /**
     * Returns the groups of accounts that take over each other's refused conversations. Verified accounts may be in a group.
     *
     * @param flagged whether an account, by index, is flagged by its behaviour
     */
    List<LinkedGroup> byDisplacement(AnalysisSettings settings, IntPredicate flagged) {
        if (!settings.has(Displacement.NAME)) {
            displacements = new Displacements();
            return List.of();
        }
        return marking(settings, Displacement.NAME, displacements.groups(population(flagged), this::isLinkable));
    }

    /**
     * Returns the groups of accounts that are like the users of decoys.
     *
     * @param flagged whether an account, by index, is flagged by its behaviour
     */
    List<LinkedGroup> byDecoys(AnalysisSettings settings, IntPredicate flagged) {
        decoys = settings.has(Decoys.NAME)
                ? DecoyLinks.uses(table, facts, people, population(flagged))
                : new TreeMap<>();
        return marking(
                settings,
                Decoys.NAME,
                decoys.values().stream().flatMap(use -> use.groups().stream()).toList());
    }

    /** Returns whether an account is a decoy: a key that the operator leaks on purpose. */
    public boolean isDecoy(int account) {
        int fact = facts.find(Account.DECOY);
        return fact >= 0 && facts.value(fact, account) != 0;
    }

    /** Returns the ids of the decoys that were used, as of the last round. */
    public List<String> usedDecoys() {
        return decoys.keySet().stream().map(table.index()::id).toList();
    }

    /** Returns the ids of accounts that are linked to a decoy, or of the decoys to which an account is linked; as of the last round. */
    public List<String> linkedByDecoy(int account) {
        DecoyLinks.Use use = decoys.get(account);
        IntStream linked = use != null
                ? use.accounts()
                : decoys.entrySet().stream()
                        .filter(each -> each.getValue().accounts().anyMatch(other -> other == account))
                        .mapToInt(Map.Entry::getKey);
        return linked.mapToObj(table.index()::id).toList();
    }

    private Population population(IntPredicate flagged) {
        BitSet vouched = new BitSet();
        ladder.orders().labels().forEach((id, label) -> {
            int account = label.kind() == LabelKind.VOUCHED ? table.index().find(id) : AccountIndex.NONE;
            if (account != AccountIndex.NONE) {
                vouched.set(account);
            }
        });
        IntPredicate isVouched =
                account -> vouched.get(account) || table.verified(account) || table.organisationNumber(account) != 0;
        return new Population(isVouched, isVouched.and(flagged.negate()), table::organisationNumber);
    }

    void write(DataOutput out) throws IOException {
        facts.write(out);
        people.write(out);
    }

    /**
     * Reads the facts and the people after the accounts.
     *
     * @param sameKey whether the hash key is the one under which the state was written
     */
    void read(DataInput in, boolean sameKey) throws IOException {
        facts.read(in, table.index().limit());
        people.read(in, table.index().limit(), sameKey);
    }
}
