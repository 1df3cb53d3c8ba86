package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.chain.MeterSource;
import dev.stillgate.proxy.config.ConfigDiff;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.FileContents;
import dev.stillgate.proxy.config.FileWatch;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.observe.Audit;
import dev.stillgate.proxy.relay.Upstreams;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reloads and rolls back the policy. A new policy is built completely and then swapped in; a policy with problems
 * leaves the one in force unchanged. All work runs on the calling thread, never on an event loop.
 *
 * <p>A rollback <em>pins</em> the restored policy. The watch, a signal and an unforced reload then leave it in force.
 * The pin ends with a valid policy whose file, or whose accounts file, differs from its content at the rollback. A file
 * that is temporarily missing, or a changed database file, does not end the pin.
 *
 * <p>Thread-safe.
 */
public final class PolicyReloader implements FileWatch.Subject {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyReloader.class);
    private static final String WATCH = "watch";
    private static final String RELOADS = "stillgate.config.reloads";
    private static final List<String> RESULTS = List.of("applied", "unchanged", "refused", "rolled-back", "pinned");
    private static final Logger AUDIT = LoggerFactory.getLogger("dev.stillgate.audit");

    private final PolicyReader reader;
    private final Accounts accounts;
    private final Upstreams upstreams;
    private final FileContents contents;
    private final Ticker ticker;
    private final MeterSource meters;
    private final Audit audit;
    private final PolicyHistory history;
    private final @Nullable PolicyArchive archive;
    private final ActivePolicy<ServingPolicy> active;
    private volatile Map<Path, String> known;
    /** File contents that rollbacks abandoned; not empty while the policy in force is pinned. */
    private volatile Set<Sources> rolledBackFrom = Set.of();

    private volatile boolean inSync = true;
    private volatile @Nullable String refused;

    /**
     * Puts the first policy in force.
     *
     * @param archive keeps the texts of policies; null for none
     * @param audit receives an event for every applied and every refused policy
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
            Executor closer)
            throws ConfigException {
        this.reader = reader;
        this.accounts = accounts;
        this.upstreams = upstreams;
        this.contents = contents;
        this.ticker = ticker;
        this.meters = meters;
        this.audit = audit;
        this.archive = archive;
        history = new PolicyHistory(archive == null ? 0 : archive.last());
        RESULTS.forEach(result -> meters.counter(RELOADS, "result", result)); // exported as 0 from the start
        PolicyCandidate first = reader.read(null, new LinkedHashMap<>());
        PolicyGeneration generation = prepared(PolicyChange.of("start"), first, List.of());
        accounts.swap(first.table());
        active = new ActivePolicy<>(numbered(first, generation), first.built().chain(), closer);
        upstreams.activate(first.built().upstreams());
        history.add(generation);
        archived(generation);
        known = first.contents();
        noteApplied();
    }

    /**
     * Hashes of the files that decide whether a pin ends.
     *
     * @param policy the hash of the policy file
     * @param accounts the hash of the accounts file, null without one
     */
    private record Sources(
            @Nullable String policy, @Nullable String accounts) {
        private static Sources of(PolicyLoader.Loaded loaded, Map<Path, String> contents) {
            return new Sources(loaded.sha256(), accounts(loaded, contents));
        }

        private static @Nullable String accounts(PolicyLoader.Loaded loaded, Map<Path, String> contents) {
            Path listed = loaded.policy().accounts().file();
            return listed == null ? null : contents.get(listed);
        }
    }

    /** Thrown when a reload is held by a pin, or a rollback has no earlier generation. */
    public static final class NothingToDo extends Exception {
        private static final long serialVersionUID = 1L;

        private NothingToDo(String message) {
            super(message);
        }
    }

    public ActivePolicy<ServingPolicy> active() {
        return active;
    }

    public PolicyGeneration current() {
        return history.current();
    }

    public List<PolicyGeneration> history() {
        return history.all();
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
     * @param force whether to reload although the policy is pinned
     * @throws ConfigException if a file is invalid; the policy in force stays
     * @throws NothingToDo if the policy is pinned and neither its file nor its accounts have changed since
     */
    public synchronized PolicyGeneration reload(PolicyChange change, boolean force)
            throws ConfigException, NothingToDo {
        Map<Path, String> now = contents.look(known.keySet());
        boolean held = isPinned() && !force;
        if (held && refused == null && now.equals(known)) {
            throw pinned();
        }
        long begun = ticker.nanos();
        ReloadEvent event = ReloadEvent.begin(change.cause());
        Map<Path, String> seen = new LinkedHashMap<>(now);
        try {
            PolicyCandidate candidate = reader.read(current(), seen);
            if (held && rolledBackFrom.contains(Sources.of(candidate.loaded(), candidate.contents()))) {
                candidate.built().chain().close();
                refused = null;
                count("pinned");
                throw pinned();
            }
            if (change.cause().equals(WATCH)
                    && candidate.contents().equals(current().contents())) {
                candidate.built().chain().close();
                markInSync("unchanged");
                return current();
            }
            List<String> changes = changes(current(), candidate);
            PolicyGeneration next = prepared(change, candidate, changes);
            putInForce(candidate, next);
            history.add(next);
            archived(next);
            markInSync("applied");
            event.end("applied", current().number());
            report(current(), ticker.nanos() - begun);
            return current();
        } catch (ConfigException e) {
            event.end("refused", current().number());
            refuse(change.cause(), e);
            throw e;
        } finally {
            known = seen;
        }
    }

    private NothingToDo pinned() {
        return new NothingToDo("pinned at generation " + current().number()
                + " since a rollback, and neither the policy nor its accounts have changed since: change one, or force"
                + " it");
    }

    /**
     * Puts the previous generation in force again, regardless of the files, and pins it.
     *
     * @param by who asked for it; null if unknown
     * @param why the reason that was given; null for none
     * @throws ConfigException if it can no longer be built; the policy in force stays
     * @throws NothingToDo if no previous generation exists
     */
    public synchronized PolicyGeneration rollback(@Nullable String by, @Nullable String why)
            throws ConfigException, NothingToDo {
        PolicyGeneration from = current();
        PolicyGeneration to = history.previous();
        if (to == null) {
            throw new NothingToDo("there is no generation before " + from.number() + " to roll back to");
        }
        long begun = ticker.nanos();
        ReloadEvent event = ReloadEvent.begin("rollback");
        Map<Path, String> now = contents.look(known.keySet());
        PolicyCandidate candidate;
        try {
            candidate = reader.rebuild(to);
        } catch (ConfigException e) {
            count("refused");
            noteRefused("rollback to " + to.number(), e);
            throw e;
        }
        List<String> changes = changes(from, candidate);
        PolicyGeneration next = prepared(new PolicyChange("rollback to " + to.number(), by, why), candidate, changes);
        putInForce(candidate, next);
        Set<Sources> abandoned = new HashSet<>(rolledBackFrom);
        abandoned.add(Sources.of(from.loaded(), from.contents()));
        abandoned.add(new Sources(now.get(from.loaded().file()), Sources.accounts(from.loaded(), now)));
        history.rollBack(next);
        archived(next);
        known = now;
        rolledBackFrom = Set.copyOf(abandoned);
        inSync = false;
        count("rolled-back");
        event.end("rolled-back", current().number());
        report(current(), ticker.nanos() - begun);
        return current();
    }

    private void putInForce(PolicyCandidate candidate, PolicyGeneration generation) {
        accounts.swap(candidate.table());
        upstreams.activate(candidate.built().upstreams());
        active.swap(numbered(candidate, generation), candidate.built().chain());
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
        noteRefused(cause, e);
        LOG.error(
                "policy not reloaded ({}), generation {} stays in force:\n{}",
                cause,
                current().number(),
                refused);
    }

    private void count(String result) {
        meters.counter(RELOADS, "result", result).add(1);
    }

    /** Returns a new generation, whose text is in the archive. */
    private PolicyGeneration prepared(PolicyChange change, PolicyCandidate candidate, List<String> changes) {
        PolicyGeneration generation = new PolicyGeneration(
                history.next(),
                ticker.millis(),
                change,
                candidate.loaded(),
                candidate.contents(),
                candidate.table(),
                changes);
        if (archive != null) {
            archive.prepare(generation.number(), generation.loaded());
        }
        return generation;
    }

    private void archived(PolicyGeneration inForce) {
        if (archive != null) {
            archive.complete(inForce);
        }
    }

    /**
     * Returns the generations that are known, the newest first: those of the archive, else those of this process.
     *
     * @throws IOException if the archive cannot be read
     */
    public List<PolicyArchive.Entry> entries() throws IOException {
        return archive != null
                ? archive.entries()
                : history.all().stream().map(PolicyArchive.Entry::of).toList();
    }

    /**
     * Returns the text of a generation, null if it is not known.
     *
     * @throws IOException if the archive cannot be read
     */
    public @Nullable String text(long number) throws IOException {
        for (PolicyGeneration generation : history.all()) {
            if (generation.number() == number) {
                return generation.loaded().text();
            }
        }
        return archive == null ? null : archive.text(number);
    }

    private void report(PolicyGeneration now, long nanos) {
        String changes = now.changes().isEmpty() ? "nothing" : String.join(", ", now.changes());
        LOG.info(
                "policy generation {} is in force after {} ms ({}), sha256 {}, changed: {}",
                now.number(),
                nanos / 1_000_000,
                now.change().cause(),
                now.sha256(),
                changes);
        AUDIT.info(
                "policy generation {} by {}, sha256 {}, changed: {}",
                now.number(),
                now.change().cause(),
                now.sha256(),
                changes);
        noteApplied();
    }

    private void noteApplied() {
        PolicyGeneration now = current();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("generation", now.number());
        facts.put("cause", now.change().cause());
        if (now.change().by() != null) {
            facts.put("by", now.change().by());
        }
        if (now.change().why() != null) {
            facts.put("why", now.change().why());
        }
        facts.put("sha256", now.sha256());
        facts.put("changes", String.join(", ", now.changes()));
        audit.note("policy.applied", facts);
    }

    private void noteRefused(String cause, ConfigException e) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("generation", current().number());
        facts.put("cause", cause);
        facts.put("error", String.valueOf(e.getMessage()));
        audit.note("policy.refused", facts);
    }

    @SuppressWarnings("ReferenceEquality") // the table is reused unless its file was read again
    private static List<String> changes(PolicyGeneration before, PolicyCandidate after) {
        List<String> changes = new ArrayList<>(
                ConfigDiff.of(before.loaded().root(), after.loaded().root()));
        if (before.table() != after.table()) {
            changes.add("accounts " + before.table().accounts() + " -> "
                    + after.table().accounts());
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
}
