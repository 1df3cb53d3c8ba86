package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.chain.AdminPages;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The filters of a policy as a gateway in virtual time: each exchange of a log gets its response. A simulation can
 * decide on the next request by the response (closed loop). Not thread-safe.
 */
public final class VirtualGateway implements AutoCloseable {
    private final String sha256;
    private final VirtualChain chain;
    private final LogAccounts population;
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

    private VirtualGateway(PolicyLoader.Loaded policy, VirtualChain chain, Map<String, Account> listed) {
        this.sha256 = policy.sha256();
        this.chain = chain;
        population = new LogAccounts(listed);
        explanations = new Explanations(pages());
        tally = new Tally(policy.policy());
        StandingsWatch watch = new StandingsWatch(chain.standings(), population, explanations, chain.clock());
        replay = new Replay(chain.serving(), chain.contextHashes(), chain.clock(), chain.timer(), watch, tally);
        facts = new LogFacts(population, chain.serving().routes());
    }

    /**
     * Opens a gateway without listed accounts.
     *
     * @throws ConfigException if the policy is invalid
     */
    public static VirtualGateway open(Environment environment, Options options) throws ConfigException {
        PolicyLoader.Loaded policy = new PolicyLoader(environment).policy(options.policy());
        return open(policy, options.plugins(), options.asConfigured(), options.start(), Map.of());
    }

    /**
     * Opens a gateway.
     *
     * @param start the virtual time, in milliseconds since the epoch
     * @param listed the listed accounts by id
     */
    static VirtualGateway open(
            PolicyLoader.Loaded policy,
            @Nullable Path plugins,
            boolean asConfigured,
            long start,
            Map<String, Account> listed)
            throws ConfigException {
        return new VirtualGateway(policy, VirtualChain.open(policy, plugins, asConfigured, start), listed);
    }

    /** Lists an account, or replaces its entry. Takes effect with its next request. */
    public void list(Account account) {
        population.list(account);
    }

    /**
     * Sends a request and returns its response. Time advances to the request's. A response of the model ends in virtual
     * time, at the end that the line names.
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
            return offer(line);
        } catch (BrokenLine e) {
            throw new BrokenLogException(e.reason());
        }
    }

    /** Sends the request of a line. Its facts are those of {@link #facts} until the next one. */
    VirtualResponse offer(LogLine exchange) throws BrokenLine {
        facts.read(exchange);
        VirtualResponse response = replay.begin(exchange, facts);
        tally.exchange(exchange.ts(), response.text());
        return response;
    }

    LogFacts facts() {
        return facts;
    }

    /** Returns the virtual time, in milliseconds since the epoch. */
    public long now() {
        return chain.clock().millis();
    }

    /** Advances the time. Responses end, and background tasks run, when they are due. */
    public void advance(long millis) {
        replay.advance(VirtualClock.nanos(millis));
    }

    /**
     * Advances the time until the last response has ended.
     *
     * @param millisMore additional time for background tasks of the filters
     */
    void finish(long millisMore) {
        replay.finish(millisMore);
    }

    /** Returns the standing of an account in force. */
    public Standing standing(String account) {
        return chain.standings().of(population.of(account).account());
    }

    /** Returns an account, created on first use. */
    public LoggedAccount account(String id) {
        return population.of(id);
    }

    /** Returns the admin pages of the filters. */
    public AdminPages pages() {
        return chain.serving().chain().pages();
    }

    /** Records the changes of standing that an operator's action has caused. */
    public void operated() {
        replay.operated();
    }

    /** Returns the findings so far. */
    public BacktestFindings findings() {
        return findings(0);
    }

    /**
     * Returns the findings so far.
     *
     * @param broken the number of skipped broken lines
     */
    BacktestFindings findings(long broken) {
        return new BacktestFindings(
                "sha256:" + sha256, tally, population.sorted(), explanations.clusters(), broken, replay.endedEarly());
    }

    @Override
    public void close() {
        chain.close();
    }
}
