package dev.stillgate.proxy.jwt;

import com.github.benmanes.caffeine.cache.Interner;
import dev.stillgate.proxy.chain.MeterSource;
import dev.stillgate.proxy.config.JwtPolicy;
import dev.stillgate.proxy.config.OperatorIdentity;
import dev.stillgate.proxy.files.FileFault;
import dev.stillgate.proxy.jwt.JwtKeys.BadKeySet;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Creates verifiers, and keeps what outlives a policy: the fetched keys and the results of checks. One instance per
 * process. Thread-safe.
 */
public final class JwtVerifiers implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final String FETCHES = "stillgate.jwks.fetches";
    private static final String SIGNATURES = "stillgate.jwt.signatures";
    private static final String RESULT = "result";

    private final @Nullable Path directory;
    private final RemoteKeys.Fetch fetch;
    private final Executor executor;
    private final MeterSource meters;
    private final Ticker ticker;
    private JwtVerifier.@Nullable Shared shared;

    /** Gives equal policies one identity, since cached results are compared with the policy at each request. */
    private final Interner<JwtPolicy> policies = Interner.newWeakInterner();

    private final Map<URI, RemoteKeys> remotes = new ConcurrentHashMap<>();
    private volatile @Nullable InForce inForce;

    /** The settings of the operators' tokens; null if these are not accepted. */
    private volatile @Nullable OperatorIdentity operators;

    /** Whether a policy is in force. */
    private volatile boolean started;

    private boolean shown;

    /** The keys of the policy in force, and the age up to which they are used. */
    private record InForce(RemoteKeys remote, Duration maxAge) {}

    /**
     * Creates an instance that fetches keys when {@link #tick} is called.
     *
     * @param directory the directory of copies of fetched keys; null to keep none
     */
    public JwtVerifiers(@Nullable Path directory, MeterSource meters, Ticker ticker) {
        this(
                directory,
                new HttpFetch(TIMEOUT),
                task -> Thread.ofVirtual().name("stillgate-jwks").start(task),
                meters,
                ticker);
    }

    JwtVerifiers(
            @Nullable Path directory, RemoteKeys.Fetch fetch, Executor executor, MeterSource meters, Ticker ticker) {
        this.directory = directory;
        this.fetch = fetch;
        this.executor = executor;
        this.meters = meters;
        this.ticker = ticker;
    }

    /**
     * Creates the verifier of a policy. A policy that replaces another one and has its keys at another URL waits for
     * them, for ten seconds at most. So it does not come into force without keys.
     *
     * @throws IOException with a reason for the operator, if the file with the keys cannot be used, or the keys cannot be
     *     fetched
     */
    public JwtVerifier verifier(JwtPolicy policy) throws IOException {
        return new JwtVerifier(policies.intern(policy), source(policy.jwks()), shared());
    }

    /**
     * Creates the verifier of operators' tokens, whose keys are fetched by {@link #tick} from then on. To be called once.
     *
     * @throws IOException as {@link #verifier}
     */
    public OperatorTokens operators(OperatorIdentity identity) throws IOException {
        JwtPolicy policy = identity.tokens();
        KeySource source = source(policy.jwks());
        operators = identity;
        return new OperatorTokens(identity, new JwtVerifier(policy, source, shared()), source);
    }

    /**
     * Checks a file with a key set.
     *
     * @throws IOException with a reason for the operator, if it cannot be used
     */
    public static void check(Path file) throws IOException {
        keys(file);
    }

    private synchronized JwtVerifier.Shared shared() {
        JwtVerifier.Shared existing = shared;
        if (existing == null) {
            existing = new JwtVerifier.Shared(
                    new TokenCache(ticker),
                    new FailedChecks(ticker.nanos()),
                    meters.counter(SIGNATURES, RESULT, "valid"),
                    meters.counter(SIGNATURES, RESULT, "invalid"),
                    ticker);
            shared = existing;
        }
        return existing;
    }

    private KeySource source(JwtPolicy.Jwks jwks) throws IOException {
        URI url = jwks.uri();
        Path file = jwks.file();
        if (url != null) {
            RemoteKeys remote = remotes.computeIfAbsent(url, this::remote);
            InForce current = inForce;
            if (started && (current == null || !current.remote.equals(remote))) {
                remote.require(jwks.maxAge());
            }
            return remote.within(jwks.maxAge());
        }
        if (file == null) {
            throw new IllegalStateException("a key set has a URL or a file");
        }
        JwtKeys keys = keys(file);
        return () -> keys;
    }

    private static JwtKeys keys(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return JwtKeys.parse(in.readNBytes(JwtKeys.MAX_BYTES + 1));
        } catch (BadKeySet e) {
            throw new IOException(file + " " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException(file + " cannot be read: " + FileFault.reason(e), e);
        }
    }

    private RemoteKeys remote(URI url) {
        return new RemoteKeys(
                url,
                new RemoteKeys.Parts(
                        fetch,
                        directory == null ? null : new StoredKeys(directory, url),
                        executor,
                        ticker,
                        meters.counter(FETCHES, RESULT, "changed"),
                        meters.counter(FETCHES, RESULT, "unchanged"),
                        meters.counter(FETCHES, RESULT, "failed")));
    }

    /**
     * Begins a fetch if one is due; to be called every second.
     *
     * @param policy the settings in force; null if no tokens are accepted
     */
    public void tick(@Nullable JwtPolicy policy) {
        URI url = policy == null ? null : policy.jwks().uri();
        RemoteKeys remote = url == null ? null : remotes.get(url);
        inForce = policy == null || remote == null
                ? null
                : new InForce(remote, policy.jwks().maxAge());
        started = true;
        if (policy != null && remote != null) {
            show();
            remote.tick(policy.jwks().refresh());
        }
        OperatorIdentity identity = operators;
        URI own = identity == null ? null : identity.jwks().uri();
        RemoteKeys theirs = own == null || own.equals(url) ? null : remotes.get(own);
        if (identity != null && theirs != null) {
            theirs.tick(identity.jwks().refresh());
        }
    }

    /** Returns whether the first fetch of the keys of the policy in force has not ended yet. */
    public boolean awaitsKeys() {
        InForce current = inForce;
        return current != null && current.remote.isAwaited(current.maxAge);
    }

    private synchronized void show() {
        if (!shown) {
            shown = true;
            meters.gauge("stillgate.jwks.age.seconds", () -> {
                InForce current = inForce;
                return current == null ? Double.NaN : current.remote.age();
            });
            meters.gauge("stillgate.jwks.keys", () -> {
                InForce current = inForce;
                JwtKeys keys = current == null ? null : current.remote.keys(current.maxAge);
                return keys == null ? 0 : keys.size();
            });
        }
    }

    @Override
    public void close() {
        if (fetch instanceof HttpFetch http) {
            http.close();
        }
    }
}
