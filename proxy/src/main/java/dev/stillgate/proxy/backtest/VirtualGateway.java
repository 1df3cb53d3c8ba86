package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.admin.ResourcePage;
import dev.stillgate.proxy.chain.AdminPages;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The filters of a policy as a gateway in virtual time, for closed-loop simulations: each request gets a response, and
 * the simulation decides on the next request. Time, order of events, readers and report are those of a backtest. Not
 * thread-safe.
 */
public final class VirtualGateway implements AutoCloseable {
    private final PolicyLoader.Loaded policy;
    private final VirtualChain chain;
    private final LogAccounts population;
    private final LogLabel.Groups groups = new LogLabel.Groups();
    private final Explanations explanations;
    private final Tally tally;
    private final Replay replay;
    private final LogLine line = new LogLine();
    private final LogFacts facts;

    /**
     * The options of a virtual gateway.
     *
     * @param policy the policy file
     * @param plugins a directory of additional plugin jars, null for none
     * @param start the virtual time, in milliseconds since the epoch
     * @param asConfigured whether filters in shadow mode stay in shadow mode
     */
    public record Options(Path policy, @Nullable Path plugins, long start, boolean asConfigured) {}

    private VirtualGateway(PolicyLoader.Loaded policy, VirtualChain chain) {
        this.policy = policy;
        this.chain = chain;
        ServingPolicy serving = chain.serving();
        population = new LogAccounts(Map.of());
        explanations = new Explanations(serving.chain().pages());
        tally = new Tally(BacktestRun.types(policy.policy()));
        StandingsWatch watch = new StandingsWatch(chain.standings(), population, explanations, chain.clock());
        replay = new Replay(serving, chain.contextHashes(), chain.clock(), chain.timer(), watch, tally);
        facts = new LogFacts(population, groups, serving.routes());
    }

    /**
     * Opens a gateway without listed accounts.
     *
     * @throws ConfigException if the policy is invalid
     */
    public static VirtualGateway open(Environment environment, Options options) throws ConfigException {
        PolicyLoader.Loaded policy = new PolicyLoader(environment).policy(options.policy());
        return new VirtualGateway(
                policy, VirtualChain.open(policy, options.plugins(), options.asConfigured(), options.start()));
    }

    /** Lists an account, or replaces its entry. Takes effect with its next request. */
    public void list(Account account) {
        population.list(account);
    }

    /**
     * Sends a request and returns its response. Time advances to the request's. A response of the model ends in virtual
     * time, at the end that the line names. The request's text is not counted until {@link #count}.
     *
     * @param bytes a line in the format of the exchange log, whose response is the model's
     * @throws BrokenLogException if the line is broken or earlier than the current time
     */
    public VirtualResponse offer(byte[] bytes, int from, int to) throws BrokenLogException {
        try {
            line.read(bytes, from, to);
            if (line.ts() < now()) {
                throw new BrokenLine("ts: " + (now() - line.ts()) + " ms before the current time");
            }
            facts.read(line);
        } catch (BrokenLine e) {
            throw new BrokenLogException(e.reason());
        }
        tally.exchange(line.ts());
        VirtualResponse response = replay.begin(line, facts);
        return response;
    }

    /**
     * Adds text to the report. A closed loop calls this once for each response that a client wants, when its fate is
     * known: a refused request may be sent again, by another account.
     *
     * @param label the label of the request, as in a log
     * @param account the id of the account that asked for it last
     * @param millis when it was first asked for, in milliseconds since the epoch
     * @param refusedForStanding whether an attempt was refused because of a standing
     */
    public void count(String label, String account, long millis, TextVolume text, boolean refusedForStanding) {
        try {
            population.of(account).add(groups.parse(label), millis, text, refusedForStanding);
        } catch (BrokenLine e) {
            throw new IllegalArgumentException("label: " + e.reason(), e);
        }
    }

    /** Returns the virtual time, in milliseconds since the epoch. */
    public long now() {
        return chain.clock().millis();
    }

    /** Advances the time. Responses end, and background tasks run, when they are due. */
    public void advance(long millis) {
        replay.advance(VirtualClock.nanos(millis));
    }

    /** Returns the standing of an account in force. */
    public Standing standing(String account) {
        return chain.standings().of(population.of(account).account());
    }

    /**
     * Returns when an account first reached a standing other than clear, or a higher one, in milliseconds since the
     * epoch, -1 for never.
     */
    public long reachedAt(String account, Standing standing) {
        return population.of(account).reachedAt(standing);
    }

    /** Returns the JSON of an overview as the admin API shows it, null when no filter has the page. */
    public @Nullable String get(String page) {
        ResourcePage found = new ResourcePage();
        pages().parts(page).forEach((filter, view) -> found.part(filter, view::all));
        return found.end();
    }

    /**
     * Returns the JSON of an overview as {@link #get(String)}, as for a request with {@code ?limit=}.
     *
     * @param limit the largest number of resources to list, 1 to 1000
     */
    public @Nullable String get(String page, int limit) {
        ResourcePage found = new ResourcePage();
        pages().parts(page).forEach((filter, view) -> found.part(filter, () -> view.all(limit)));
        return found.end();
    }

    /** Returns the JSON of one resource as the admin API shows it, null when it is unknown. */
    public @Nullable String get(String page, String id) {
        ResourcePage found = new ResourcePage().named(id);
        pages().parts(page).forEach((filter, view) -> found.part(filter, () -> view.of(id)));
        return found.end();
    }

    /**
     * Performs an operator's action and returns the resource's page afterwards, null when it is unknown.
     *
     * @throws PolicyException if an argument is invalid or the action is refused
     */
    public @Nullable String act(String page, String id, String action, Map<String, Object> arguments) {
        ResourcePage found = new ResourcePage().named(id);
        pages().actions(page, action).forEach((filter, each) -> found.part(filter, () -> each.perform(id, arguments)));
        replay.operated();
        return found.end();
    }

    /** Returns the findings so far, in the form of a backtest's. */
    public BacktestFindings findings() {
        return new BacktestFindings(
                policy.sha256(),
                tally,
                population,
                List.copyOf(groups.byName().values()),
                explanations.clusters(),
                0,
                replay.endedEarly(),
                true);
    }

    private AdminPages pages() {
        return chain.serving().chain().pages();
    }

    @Override
    public void close() {
        chain.close();
    }
}
