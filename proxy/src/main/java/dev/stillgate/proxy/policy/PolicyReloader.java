package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.chain.MeterSource;
import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.proxy.config.ConfigDiff;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.FileContents;
import dev.stillgate.proxy.config.FileWatch;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.observe.Audit;
import dev.stillgate.proxy.policy.PolicyGeneration.PolicyChange;
import dev.stillgate.proxy.policy.PolicyReader.PolicyCandidate;
import dev.stillgate.proxy.relay.Upstreams;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Ticker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads and rolls back the policy. A new policy is built completely and then swapped in; a policy with problems
 * leaves the one in force unchanged. All work runs on the calling thread, never on an event loop.
 *
 * <p>A rollback restores the text of a policy, and leaves the accounts as they are. It <em>pins</em> the text: the
 * watch, a signal and an unforced reload leave it in force. The accounts and the other files that the text names are
 * reloaded meanwhile. The pin ends with a valid policy file that differs from its content at the rollback.
 *
 * <p>Thread-safe.
 */
public final class PolicyReloader implements FileWatch.Subject {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyReloader.class);
    private static final String WATCH = "watch";
    private static final String RELOADS = "stillgate.config.reloads";
    private static final List<String> RESULTS = List.of("applied", "unchanged", "refused", "rolled-back", "pinned");

    private final PolicyReader reader;
    private final Accounts accounts;
    private final Upstreams upstreams;
    private final FileContents contents;
    private final Ticker ticker;
    private final MeterSource meters;
    private final PolicyAudit audit;
    private final StandingsBoard standings;
    private final PolicyHistory history;
    private final ActivePolicy<ServingPolicy> active;
    private volatile Map<Path, String> known;
    /** Hashes of policy files that rollbacks abandoned; not empty while the policy in force is pinned. */
    private volatile Set<String> rolledBackFrom = Set.of();

    private volatile boolean inSync = true;
    private volatile @Nullable String refused;

    /**
     * Puts the first policy in force.
     *
     * @param archive keeps the texts of policies; null for none
     * @param audit receives an event for every applied and every refused policy
     * @param standings the standings in force, which a reload does not take away unless it is forced
     * @param closer closes the policies that are no longer used
     * @throws ConfigException with all problems found
     */
    public PolicyReloader(
            PolicyReader reader,
            Accounts accounts,
            Upstreams upstreams,
            FileContents contents,
            Ticker ticker,
            MeterSource meters,
            @Nullable PolicyArchive archive,
            Audit audit,
            StandingsBoard standings,
            Executor closer)
            throws ConfigException {
        this.reader = reader;
        this.accounts = accounts;
        this.upstreams = upstreams;
        this.contents = contents;
        this.ticker = ticker;
        this.meters = meters;
        this.audit = new PolicyAudit(audit);
        this.standings = standings;
        history = new PolicyHistory(archive);
        RESULTS.forEach(result -> meters.counter(RELOADS, "result", result)); // exported as 0 from the start
        PolicyCandidate first = reader.read(reader.policy(), PolicyReader.InForce.NOTHING, new LinkedHashMap<>());
        if (archive != null) {
            warn(reader.renamedSince(archive, first.loaded()));
        }
        PolicyGeneration generation = prepared(PolicyChange.of("start"), first, List.of(), 0);
        swap(first.table());
        active = new ActivePolicy<>(numbered(first, generation), first.built().chain(), closer);
        upstreams.activate(first.built().upstreams());
        history.add(generation);
        known = first.contents();
        this.audit.applied(generation);
    }

    /** Thrown when a reload is held by a pin, or a rollback has no generation to go to. */
    public static final class NothingToDo extends Exception {
        private static final long serialVersionUID = 1L;

        NothingToDo(String message) {
            super(message);
        }
    }

    public ActivePolicy<ServingPolicy> active() {
        return active;
    }

    public PolicyGeneration current() {
        return history.current();
    }

    /** Returns the number of listed accounts. */
    public int accounts() {
        return accounts.table().accounts();
    }

    public PolicyHistory history() {
        return history;
    }

    /**
     * Checks the text of a candidate without building its filters.
     *
     * @throws ConfigException with all problems found, at positions in {@code candidate}
     */
    public void check(String text) throws ConfigException {
        reader.check(text);
    }

    public boolean isSynchronized() {
        return inSync;
    }

    public boolean isPinned() {
        return !rolledBackFrom.isEmpty();
    }

    /** Returns the problems of the last refused reload, null when the files are valid. */
    @Nullable
    public String refused() {
        return refused;
    }

    @Override
    public Map<Path, String> known() {
        return known;
    }

    /** Reloads after a change that the watch noticed, unless the files are those of the policy in force. */
    @Override
    public void changed() {
        try {
            reload(PolicyChange.of(WATCH), false);
        } catch (ConfigException logged) {
            LOG.debug("not reloaded", logged);
        } catch (NothingToDo pinned) {
            LOG.info("policy not reloaded ({}): {}", WATCH, pinned.getMessage());
        }
    }

    /**
     * Reads the files and puts the policy in force. Exchanges in progress complete under the policy they began with.
     *
     * @param change the origin to report
     * @param force whether to reload although many accounts would be removed, or the policy is pinned; the pin stays if
     *     the last reload was refused
     * @throws ConfigException if a file is invalid; the policy in force stays
     * @throws NothingToDo if the policy is pinned and no file has changed since
     */
    public synchronized PolicyGeneration reload(PolicyChange change, boolean force)
            throws ConfigException, NothingToDo {
        Map<Path, String> now = contents.look(known.keySet());
        boolean held = isPinned() && !(force && refused == null);
        if (held && refused == null && now.equals(known)) {
            throw pinned();
        }
        long begun = ticker.nanos();
        ReloadEvent event = ReloadEvent.begin(change.cause());
        Map<Path, String> seen = new LinkedHashMap<>(now);
        PolicyLoader.Loaded file = null;
        try {
            file = reader.policy();
            boolean pinned = held && rolledBackFrom.contains(file.sha256());
            PolicyCandidate candidate = reader.read(pinned ? current().loaded() : file, inForce(false), seen);
            boolean isNew = !candidate.contents().equals(current().contents());
            if (!isNew && (pinned || change.cause().equals(WATCH))) {
                candidate.built().chain().close();
                if (!pinned) {
                    markInSync("unchanged");
                    return current();
                }
                refused = null;
                count("pinned");
                throw pinned();
            }
            List<String> changes = changes(current(), candidate, !force);
            long origin = pinned ? current().origin() : 0;
            putInForce(candidate, prepared(change, candidate, changes, origin));
            if (pinned) {
                refused = null;
                count("applied");
            } else {
                markInSync("applied");
            }
            event.end("applied", current().number());
            audit.replaced(current(), ticker.nanos() - begun);
            return current();
        } catch (ConfigException e) {
            event.end("refused", current().number());
            refuse(change.cause(), e);
            throw e;
        } finally {
            if (file != null) {
                seen.put(file.file(), file.sha256());
            }
            known = seen;
        }
    }

    private NothingToDo pinned() {
        return new NothingToDo("pinned at generation " + current().number()
                + " since a rollback, until the policy file changes: change it, or force a reload");
    }

    /**
     * Puts the text of an earlier generation in force again and pins it. The accounts in force stay. The pin is not
     * needed if the policy file has that text.
     *
     * @param number the generation, null for the previous one with another text
     * @param by who asked for it; null if unknown
     * @param why the reason that was given; null for none
     * @throws ConfigException if it can no longer be built; the policy in force stays
     * @throws NothingToDo if there is no such generation, or its text is in force
     */
    public synchronized PolicyGeneration rollback(@Nullable Long number, @Nullable String by, @Nullable String why)
            throws ConfigException, NothingToDo {
        PolicyGeneration from = current();
        PolicyArchive.Entry to = history.target(number);
        String text = history.textOf(to);
        long begun = ticker.nanos();
        ReloadEvent event = ReloadEvent.begin("rollback");
        String cause = "rollback to " + to.generation();
        Path file = from.loaded().file();
        String onDisk = contents.look(known.keySet()).get(file);
        Map<Path, String> seen = new LinkedHashMap<>();
        PolicyCandidate candidate;
        List<String> changes;
        try {
            candidate = reader.read(reader.policy(text), inForce(true), seen);
            changes = changes(from, candidate, false);
        } catch (ConfigException e) {
            count("refused");
            audit.refused(cause, from, e);
            throw e;
        }
        String wanted = candidate.loaded().sha256();
        PolicyGeneration next = prepared(new PolicyChange(cause, by, why), candidate, changes, to.origin());
        putInForce(candidate, next);
        Set<String> abandoned = new HashSet<>(rolledBackFrom);
        abandoned.add(from.sha256());
        abandoned.add(onDisk);
        abandoned.remove(wanted);
        seen.put(file, onDisk);
        known = seen;
        rolledBackFrom = wanted.equals(onDisk) ? Set.of() : Set.copyOf(abandoned);
        inSync = !isPinned() && contents.look(known.keySet()).equals(known);
        refused = inSync ? null : refused;
        count("rolled-back");
        event.end("rolled-back", current().number());
        audit.replaced(current(), ticker.nanos() - begun);
        return current();
    }

    private PolicyReader.InForce inForce(boolean holds) {
        return new PolicyReader.InForce(accounts.table(), current().contents(), holds);
    }

    private void putInForce(PolicyCandidate candidate, PolicyGeneration generation) {
        warn(RenamedFilters.between(current().loaded().policy(), candidate.loaded(), history::mayHaveState));
        swap(candidate.table());
        upstreams.activate(candidate.built().upstreams());
        active.swap(numbered(candidate, generation), candidate.built().chain());
        history.add(generation);
    }

    private void swap(AccountTable table) {
        standings.follow(key -> accounts.owner(table, key)); // first, so that no key is without its standing
        accounts.swap(table);
    }

    /** Returns the accounts to which a table gives keys that have a standing and are unlisted now, by the id of the key. */
    private Map<String, Account> newlyListed(AccountTable after) {
        Map<String, Account> listed = new HashMap<>();
        for (String key : standings.inForce().keySet()) {
            Account owner = accounts.owner(after, key);
            if (owner != null && accounts.owner(accounts.table(), key) == null) {
                listed.put(key, owner);
            }
        }
        return listed;
    }

    private static void warn(List<Problem> warnings) {
        warnings.forEach(warning -> LOG.warn("{}", warning));
    }

    private static ServingPolicy numbered(PolicyCandidate candidate, PolicyGeneration generation) {
        return candidate.built().serving().numbered(generation.number());
    }

    private void markInSync(String result) {
        rolledBackFrom = Set.of();
        refused = null;
        count(result);
        inSync = true; // written last, so that readers of this flag see the other fields too
    }

    private void refuse(String cause, ConfigException e) {
        refused = e.getMessage();
        count("refused");
        inSync = false; // written last, so that readers of this flag see the reason too
        audit.refused(cause, current(), e);
    }

    private void count(String result) {
        meters.counter(RELOADS, "result", result).add(1);
    }

    /**
     * Returns a new generation, whose text is in the archive.
     *
     * @param origin the generation in which its text was read from the file, 0 for the new one
     */
    private PolicyGeneration prepared(
            PolicyChange change, PolicyCandidate candidate, List<String> changes, long origin) {
        long number = history.next();
        PolicyGeneration generation = new PolicyGeneration(
                number,
                ticker.millis(),
                change,
                candidate.loaded(),
                candidate.contents(),
                changes,
                origin == 0 ? number : origin);
        history.prepare(generation);
        return generation;
    }

    /**
     * Returns the differences of a candidate to the generation in force.
     *
     * @param checked whether to refuse a candidate without many of the accounts
     * @throws ConfigException if it is refused; its chain is closed
     */
    @SuppressWarnings("ReferenceEquality") // the table is reused unless its file was read again
    private List<String> changes(PolicyGeneration before, PolicyCandidate after, boolean checked)
            throws ConfigException {
        List<String> changes = new ArrayList<>(
                ConfigDiff.of(before.loaded().root(), after.loaded().root()));
        if (accounts.table() != after.table()) {
            Path listed = after.loaded().policy().accounts().file();
            Path file = listed == null ? after.loaded().file() : listed;
            try {
                AccountChanges between = new AccountChanges(
                        accounts.table(), after.table(), newlyListed(after.table()), standings, file);
                if (checked) {
                    between.check(file);
                }
                changes.add(between.toString());
            } catch (ConfigException e) {
                after.built().chain().close();
                throw e;
            }
        }
        Map<Path, String> others = new LinkedHashMap<>(after.contents());
        others.remove(after.loaded().file());
        Path listed = after.loaded().policy().accounts().file();
        others.forEach((file, content) -> {
            boolean other = !content.equals(before.contents().getOrDefault(file, content));
            if (other && !file.equals(listed)) {
                changes.add("content of " + Position.of(file));
            }
        });
        return changes;
    }

    /** The event {@code stillgate.Reload} of a flight recording: reading, building and swapping a policy. */
    @Name("stillgate.Reload")
    @Label("Policy Reload")
    @Category("Stillgate")
    @Description("A reload or rollback of the policy")
    @StackTrace(false)
    static final class ReloadEvent extends Event {
        @Label("Cause")
        @Nullable
        String cause;

        @Label("Result")
        @Nullable
        String result;

        @Label("Generation in Force")
        long generation;

        static ReloadEvent begin(String cause) {
            ReloadEvent event = new ReloadEvent();
            event.cause = cause;
            event.begin();
            return event;
        }

        void end(String outcome, long inForce) {
            result = outcome;
            generation = inForce;
            commit();
        }
    }
}
