package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.account.AcceptedFile;
import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.chain.ChainCompiler;
import dev.stillgate.proxy.chain.DaemonTimer;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.FilterReports;
import dev.stillgate.proxy.chain.MeterSource;
import dev.stillgate.proxy.chain.Secrets;
import dev.stillgate.proxy.chain.StandingsBoard;
import dev.stillgate.proxy.chain.StateDirectory;
import dev.stillgate.proxy.chain.StateRegistry;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.FileContents;
import dev.stillgate.proxy.config.FileWatch;
import dev.stillgate.proxy.config.OperatorIdentity;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.proxy.jwt.JwtVerifiers;
import dev.stillgate.proxy.jwt.OperatorTokens;
import dev.stillgate.proxy.observe.Audit;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.proxy.orders.GatewayOrders;
import dev.stillgate.proxy.policy.PolicyArchive;
import dev.stillgate.proxy.policy.PolicyBuilder;
import dev.stillgate.proxy.policy.PolicyReader;
import dev.stillgate.proxy.policy.PolicyReloader;
import dev.stillgate.proxy.relay.UpstreamNames;
import dev.stillgate.proxy.relay.Upstreams;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Counter;
import dev.stillgate.spi.Fleet;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.DoubleSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Configuration side of a gateway: builds policies from files, puts them in force and reloads them. */
final class ControlPlane implements AutoCloseable {
    private static final Duration NAME_REFRESH = Duration.ofSeconds(1);
    private static final Duration KEYS_CHECK = Duration.ofSeconds(1);
    private static final Duration ACCEPTED_SAVE = Duration.ofSeconds(30);

    private final Accounts accounts;
    private final @Nullable AcceptedFile accepted;
    private final KeyedHashes hashes;
    private final DaemonTimer timer = new DaemonTimer();
    private final FileContents contents;
    private final ChainCompiler compiler;
    private final Upstreams upstreams;
    private final PolicyReloader reloader;
    private final JwtVerifiers verifiers;
    private final @Nullable OperatorTokens operators;
    private final ExecutorService nameThreads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("stillgate-names-", 0).factory());

    /**
     * Puts the first policy in force.
     *
     * @param orders the orders of operators, which the caller closes
     * @param state the directory for saved filter state, null when none is configured
     * @throws ConfigException if a file is invalid
     */
    ControlPlane(
            StillgateConfig config,
            PolicyLoader loader,
            FilterCatalog catalog,
            Accounts accounts,
            Fleet fleet,
            GatewayOrders orders,
            @Nullable StateDirectory state,
            FilterMeters meters,
            Audit audit,
            Ticker ticker)
            throws ConfigException {
        this.accounts = accounts;
        hashes = new KeyedHashes(Secrets.derive(accounts.secret(), "gateway", "context marks"));
        contents = new FileContents(ticker);
        Secrets secrets = new Secrets(accounts.secret(), hashes);
        compiler = new ChainCompiler(
                catalog, new StateRegistry(), meters, meters, ticker, timer, state, fleet, secrets, orders::of);
        Counter failed = meters.counter("stillgate.upstream.names.failed");
        UpstreamNames names = new UpstreamNames(InetAddress::getAllByName, nameThreads, ticker, failed);
        upstreams = new Upstreams(upstreamMeters(meters), names, ticker);
        verifiers = new JwtVerifiers(keySets(state), meters, ticker);
        operators = operators(config.admin().identity());
        PolicyBuilder builder = new PolicyBuilder(catalog, compiler, upstreams, verifiers);
        PolicyReader reader = new PolicyReader(loader, config.policy(), builder, accounts.secretNames(), contents);
        reloader = new PolicyReloader(
                reader,
                accounts,
                upstreams,
                contents,
                ticker,
                meters,
                archive(state),
                audit,
                compiler.standings(),
                timer);
        timer.everyNonBlocking(NAME_REFRESH, upstreams::refreshNames);
        accepted = state == null ? null : new AcceptedFile(accounts, state.accepted(), ticker);
        if (accepted != null) {
            timer.every(ACCEPTED_SAVE, accepted);
        }
        refreshKeys();
        timer.everyNonBlocking(KEYS_CHECK, this::refreshKeys);
    }

    /** Returns whether the keys of tokens are being fetched for the first time. */
    boolean awaitsKeys() {
        return verifiers.awaitsKeys();
    }

    private @Nullable OperatorTokens operators(@Nullable OperatorIdentity identity) throws ConfigException {
        try {
            return identity == null ? null : verifiers.operators(identity);
        } catch (IOException e) {
            throw new ConfigException(Position.of(Path.of("admin.identity.jwks")), String.valueOf(e.getMessage()));
        }
    }

    /** Returns the verifier of operators' tokens, null if none are accepted. */
    @Nullable
    OperatorTokens operators() {
        return operators;
    }

    private void refreshKeys() {
        verifiers.tick(reloader.current().loaded().policy().accounts().jwt());
    }

    private static @Nullable Path keySets(@Nullable StateDirectory state) throws ConfigException {
        try {
            return state == null ? null : state.keySets();
        } catch (IOException e) {
            throw new ConfigException(
                    Position.of(Path.of("state.directory")), "key sets cannot be kept: " + e.getMessage());
        }
    }

    private static @Nullable PolicyArchive archive(@Nullable StateDirectory state) throws ConfigException {
        try {
            return state == null ? null : new PolicyArchive(state.policies());
        } catch (IOException e) {
            throw new ConfigException(
                    Position.of(Path.of("state.directory")), "policies cannot be archived: " + e.getMessage());
        }
    }

    private static Upstreams.Meters upstreamMeters(MeterSource source) {
        return new Upstreams.Meters() {
            @Override
            public Counter counter(String name, String... tags) {
                return source.counter(name, tags);
            }

            @Override
            public Runnable gauge(String name, DoubleSupplier value, String... tags) {
                return source.gauge(name, value, tags);
            }

            @Override
            public Runnable total(String name, DoubleSupplier value, String... tags) {
                return source.total(name, value, tags);
            }
        };
    }

    /** Registers the gauges of the policy's state and of the accounts. */
    void show(GatewayMeters meters) {
        meters.gauge("stillgate.config.synchronized", reloader, each -> each.isSynchronized() ? 1 : 0);
        meters.gauge(
                "stillgate.config.generation", reloader, each -> each.current().number());
        MissingAccounts missing = new MissingAccounts(accounts, standings());
        meters.gauge("stillgate.accounts.missing", missing, MissingAccounts::count);
        List<String> secrets = accounts.secretNames();
        for (int i = 0; i < secrets.size(); i++) {
            int secret = i;
            meters.accountsBySecret(secrets.get(i), () -> accounts.table().accountsBySecret(secret));
        }
    }

    /** Starts a watch of the policy's files. The caller closes the watch. */
    FileWatch watch(Duration interval) {
        return new FileWatch(reloader, contents, interval);
    }

    Accounts accounts() {
        return accounts;
    }

    KeyedHashes contextHashes() {
        return hashes;
    }

    DaemonTimer timer() {
        return timer;
    }

    Upstreams upstreams() {
        return upstreams;
    }

    PolicyReloader reloader() {
        return reloader;
    }

    ActivePolicy<ServingPolicy> policy() {
        return reloader.active();
    }

    FilterReports filterReports() {
        return compiler.reports();
    }

    StandingsBoard standings() {
        return compiler.standings();
    }

    @Override
    public void close() {
        policy().close();
        timer.close();
        if (accepted != null) {
            accepted.close();
        }
        verifiers.close();
        nameThreads.shutdownNow();
    }

    /** Gauge of restricted accounts that the accounts file no longer lists. Thread-safe. */
    static final class MissingAccounts {
        private final Accounts accounts;
        private final StandingsBoard standings;
        private volatile Count last = new Count(AccountTable.EMPTY, -1, 0);

        /** A number of accounts, and what it was counted from. */
        private record Count(AccountTable table, long version, int missing) {}

        MissingAccounts(Accounts accounts, StandingsBoard standings) {
            this.accounts = accounts;
            this.standings = standings;
        }

        /** Returns the number. It is counted again if accounts or standings have changed. */
        @SuppressWarnings("ReferenceEquality") // a table never changes
        int count() {
            AccountTable table = accounts.table();
            long version = standings.version();
            Count known = last;
            if (known.table != table || known.version != version) {
                Set<String> restricted = standings.inForce().entrySet().stream()
                        .filter(entry -> entry.getValue().reaches(Standing.POOLED))
                        .map(entry -> entry.getKey())
                        .filter(id -> !Accounts.isHash(id) && !id.equals(Account.ANONYMOUS.id()))
                        .collect(Collectors.toSet());
                known = new Count(table, version, table.missing(restricted).size());
                last = known;
            }
            return known.missing;
        }
    }
}
