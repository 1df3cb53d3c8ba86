package dev.stillgate.proxy.explain;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.chain.ChainCompiler;
import dev.stillgate.proxy.chain.DaemonTimer;
import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.Refusal;
import dev.stillgate.proxy.chain.Secrets;
import dev.stillgate.proxy.chain.StateRegistry;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.proxy.exchange.ServingPolicy;
import dev.stillgate.proxy.exchange.WrittenExchange;
import dev.stillgate.proxy.json.KeyedHashes;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.jwt.JwtVerifiers;
import dev.stillgate.proxy.observe.FilterMeters;
import dev.stillgate.proxy.policy.PolicyBuilder;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.LoneFleet;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Run of one request through a filter chain that is built for it, has no state, and is discarded afterwards. */
final class FilterTrace implements AutoCloseable {
    private final DaemonTimer timer = new DaemonTimer();
    private final PolicyBuilder.Built built;
    private final RequestReader reader = new RequestReader();
    private @Nullable BodyView view;

    /**
     * Builds the filter chain.
     *
     * @param keys the directory with copies of fetched key sets, null for none
     * @param mode the mode of all filters that are on, null for the mode that the policy gives each
     * @throws ConfigException if the policy is invalid
     */
    FilterTrace(
            FilterCatalog catalog,
            PolicyLoader.Loaded loaded,
            Accounts accounts,
            Ticker ticker,
            @Nullable Path keys,
            @Nullable FilterMode mode)
            throws ConfigException {
        FilterMeters meters = new FilterMeters(new SimpleMeterRegistry());
        KeyedHashes hashes = new KeyedHashes(Secrets.derive(accounts.secret(), "gateway", "context marks"));
        Secrets secrets = new Secrets(accounts.secret(), hashes);
        ChainCompiler compiler = new ChainCompiler(
                catalog,
                new StateRegistry(),
                meters,
                meters,
                ticker,
                timer,
                null,
                new LoneFleet(),
                secrets,
                ChainCompiler.inMemory(ticker));
        built = new PolicyBuilder(catalog, compiler, new JwtVerifiers(keys, meters, ticker))
                .buildOffline(
                        loaded,
                        spec -> mode == null || spec.mode() == FilterMode.OFF
                                ? spec
                                : PolicyBuilder.withMode(mode, spec));
    }

    ServingPolicy serving() {
        return built.serving();
    }

    /** Returns the parsed request body, null when it was not read. */
    @Nullable
    BodyView view() {
        return view;
    }

    /** Runs a request through the chain. Returns the refusal, null when the request passes. */
    @Nullable
    Refusal run(WrittenExchange exchange, byte[] body) {
        FilterChain chain = built.serving().chain();
        if (!chain.accept(exchange.connection())) {
            return refusal(
                    "connection", Verdict.Kind.FORBIDDEN_REGION, "connection-refused", "The connection is closed.");
        }
        Refusal refusal = chain.onRequest(exchange, exchange.progress);
        if (refusal == null && exchange.operation().readsBody()) {
            try {
                BodyView read = reader.read(
                        exchange.operation(),
                        exchange.cloud(),
                        exchange.headers().first("content-type"),
                        body,
                        0,
                        body.length);
                view = read;
                refusal = chain.onBody(exchange, exchange.progress, read);
            } catch (MalformedBody e) {
                refusal = refusal("gateway", e.kind(), e.code(), String.valueOf(e.getMessage()));
            }
        }
        Outcome outcome = refusal == null
                ? new Outcome.Served(200, Usage.NONE, 0, 0)
                : new Outcome.Rejected(
                        403,
                        Usage.NONE,
                        0,
                        0,
                        refusal.filter(),
                        refusal.verdict().code());
        chain.onComplete(exchange, exchange.progress, outcome);
        return refusal;
    }

    private static Refusal refusal(String by, Verdict.Kind kind, String code, String message) {
        return new Refusal(by, new Verdict.Reject(kind, code, message));
    }

    @Override
    public void close() {
        built.chain().close();
        timer.close();
    }
}
