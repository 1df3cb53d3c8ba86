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
 * Keeps the policy in force in step with its files: reads, builds and swaps, whole or not at all, and goes back. What is
 * done here is done on the thread that asks for it, never on one that serves.
 *
 * <p>After a rollback what is in force is <em>pinned</em>: nothing brings back the policy that was gone back from, be it the
 * watch, a signal or a reload, until a policy is read with success whose file, or whose accounts, have another content than
 * at the rollback. A file that is missing for a while, or a change of a database only, ends no pin.
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
    private final PolicyHistory generations = new PolicyHistory();
    private final ActivePolicy<ServingPolicy> active;
    private volatile Map<Path, String> known;
    /** The contents that a rollback went back from; not empty while the policy in force is pinned. */
    private volatile Set<Sources> goneBackFrom = Set.of();

    private volatile boolean asFiled = true;
    private volatile @Nullable String refused;

    /**
     * Puts the first policy in force.
     *
     * @param audit takes note of what is put in force and of what is refused
     * @param closer closes the policies that are no longer used
     * @throws ConfigException with everything that is wrong
     */
    public PolicyReloader(
            PolicyReader reader,
            Accounts accounts,
            Upstreams upstreams,
            FileContents contents,
            Ticker ticker,
            MeterSource meters,
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
        RESULTS.forEach(result -> meters.counter(RELOADS, "result", result)); // shown from the start, as 0
        PolicyCandidate first = reader.read(null, new LinkedHashMap<>());
        accounts.swap(first.table());
        active = new ActivePolicy<>(first.built().serving(), first.built().chain(), closer);
        upstreams.activate(first.built().upstreams());
        generations.add(generation("start", first, List.of()));
        known = first.contents();
        noteApplied();
    }

    /**
     * The content of the files that make a policy.
     *
     * @param policy the hash of the policy file
     * @param accounts the hash of the file of accounts, null without one
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

    /** Why a reload or a rollback does not even begin. */
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
        return generations.current();
    }

    public List<PolicyGeneration> history() {
        return generations.all();
    }

    public boolean isSynchronized() {
        return asFiled;
    }

    public boolean isPinned() {
        return !goneBackFrom.isEmpty();
    }

    /** Returns what is wrong with the files, null when nothing is. */
    @Nullable
    public String refused() {
        return refused;
    }

    @Override
    public Map<Path, String> known() {
        return known;
    }

    /** Reloads because of the watch, unless what changed is what is in force already. */
    @Override
    public void changed() {
        try {
            reload(WATCH, false);
        } catch (ConfigException logged) {
            LOG.debug("not reloaded", logged);
        } catch (NothingToDo pinned) {
            LOG.info("policy not reloaded ({}): {}", WATCH, pinned.getMessage());
        }
    }

    /**
     * Reads the files again and puts them in force; what is under way ends under the policy it began with.
     *
     * @param force whether to do so also when the policy is pinned
     * @throws ConfigException when a file is wrong; the policy in force stays
     * @throws NothingToDo when the policy is pinned and neither its file nor its accounts have changed since
     */
    public synchronized PolicyGeneration reload(String cause, boolean force) throws ConfigException, NothingToDo {
        Map<Path, String> now = contents.look(known.keySet());
        boolean held = isPinned() && !force;
        if (held && refused == null && now.equals(known)) {
            throw pinned();
        }
        long begun = ticker.nanos();
        Map<Path, String> seen = new LinkedHashMap<>(now);
        try {
            PolicyCandidate candidate = reader.read(current(), seen);
            if (held && goneBackFrom.contains(Sources.of(candidate.loaded(), candidate.contents()))) {
                candidate.built().chain().close();
                refused = null;
                count("pinned");
                throw pinned();
            }
            if (cause.equals(WATCH) && candidate.contents().equals(current().contents())) {
                candidate.built().chain().close();
                inStep("unchanged");
                return current();
            }
            List<String> changes = changes(current(), candidate);
            putInForce(candidate);
            generations.add(generation(cause, candidate, changes));
            inStep("applied");
            tell(current(), ticker.nanos() - begun);
            return current();
        } catch (ConfigException e) {
            refuse(cause, e);
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
     * Puts the generation before the one in force back in force, whatever the files say, and pins it.
     *
     * @throws ConfigException when it cannot be built any more; the policy in force stays
     * @throws NothingToDo when there is none before it
     */
    public synchronized PolicyGeneration rollback() throws ConfigException, NothingToDo {
        PolicyGeneration from = current();
        PolicyGeneration to = generations.previous();
        if (to == null) {
            throw new NothingToDo("there is no generation before " + from.number() + " to go back to");
        }
        long begun = ticker.nanos();
        Map<Path, String> now = contents.look(known.keySet());
        PolicyCandidate candidate;
        try {
            candidate = reader.again(to);
        } catch (ConfigException e) {
            count("refused");
            noteRefused("rollback to " + to.number(), e);
            throw e;
        }
        List<String> changes = changes(from, candidate);
        putInForce(candidate);
        Set<Sources> left = new HashSet<>(goneBackFrom);
        left.add(Sources.of(from.loaded(), from.contents()));
        left.add(new Sources(now.get(from.loaded().file()), Sources.accounts(from.loaded(), now)));
        generations.goBack(generation("rollback to " + to.number(), candidate, changes));
        known = now;
        goneBackFrom = Set.copyOf(left);
        asFiled = false;
        count("rolled-back");
        tell(current(), ticker.nanos() - begun);
        return current();
    }

    private void putInForce(PolicyCandidate candidate) {
        accounts.swap(candidate.table());
        upstreams.activate(candidate.built().upstreams());
        active.swap(candidate.built().serving(), candidate.built().chain());
    }

    private void inStep(String result) {
        goneBackFrom = Set.of();
        refused = null;
        count(result);
        asFiled = true; // last: who sees it sees the rest
    }

    private void refuse(String cause, ConfigException e) {
        refused = e.getMessage();
        count("refused");
        asFiled = false; // last: who sees it sees why
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

    private PolicyGeneration generation(String cause, PolicyCandidate candidate, List<String> changes) {
        return new PolicyGeneration(
                generations.next(),
                ticker.millis(),
                cause,
                candidate.loaded(),
                candidate.contents(),
                candidate.table(),
                changes);
    }

    private void tell(PolicyGeneration now, long nanos) {
        String changes = now.changes().isEmpty() ? "nothing" : String.join(", ", now.changes());
        LOG.info(
                "policy generation {} is in force after {} ms ({}), sha256 {}, changed: {}",
                now.number(),
                nanos / 1_000_000,
                now.cause(),
                now.sha256(),
                changes);
        AUDIT.info(
                "policy generation {} by {}, sha256 {}, changed: {}", now.number(), now.cause(), now.sha256(), changes);
        noteApplied();
    }

    private void noteApplied() {
        PolicyGeneration now = current();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("generation", now.number());
        facts.put("cause", now.cause());
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

    @SuppressWarnings("ReferenceEquality") // another table is another reading of the file
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
