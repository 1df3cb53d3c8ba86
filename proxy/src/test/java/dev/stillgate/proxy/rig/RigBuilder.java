package dev.stillgate.proxy.rig;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.proxy.listen.Transports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Configuration files of a {@link GatewayRig}; every part has a permissive default. */
public final class RigBuilder {
    private static final Duration WATCH_INTERVAL = Duration.ofMillis(100);

    private final List<String> endpoints = new ArrayList<>();
    private String timeouts = "{}";
    private String upstreamKeys = "";
    private String moreUpstreams = "";
    private String accounts = "{}";
    private String accountsFile = "";
    private String filters = "[]";
    private String limits = "{}";
    private String transport = "auto";
    private String plugins = "";
    private String state = "";
    private String fleet = "";
    private String record = "";
    private String tls = "";
    private String proxyProtocol = "";
    private String upgrade = "[]";
    private String admin = "";
    private String routeKeys = "";
    private String moreRoutes = "";
    private boolean watch;
    private int threads = 1;
    private int trustedHops;
    private UnaryOperator<Transports> channels = UnaryOperator.identity();

    public RigBuilder to(UpstreamScript... scripts) {
        for (UpstreamScript script : scripts) {
            toPort(script.port());
        }
        return this;
    }

    public RigBuilder toPort(int port) {
        return toUri("http://127.0.0.1:" + port);
    }

    public RigBuilder toUri(String uri) {
        endpoints.add("\"" + uri + "\"");
        return this;
    }

    public RigBuilder timeouts(String flow) {
        timeouts = flow;
        return this;
    }

    /** Adds configuration keys to the upstream. */
    public RigBuilder upstreamKeys(String keys) {
        upstreamKeys = ", " + keys;
        return this;
    }

    /** Adds an upstream with one endpoint. */
    public RigBuilder upstream(String name, int port, String keys) {
        return upstream(name, List.of(port), keys);
    }

    /** Adds an upstream with several endpoints. */
    public RigBuilder upstream(String name, List<Integer> ports, String keys) {
        String all =
                ports.stream().map(port -> "\"http://127.0.0.1:" + port + "\"").collect(Collectors.joining(", "));
        moreUpstreams +=
                "  - {name: " + name + ", endpoints: [" + all + "]" + (keys.isEmpty() ? "" : ", " + keys) + "}\n";
        return this;
    }

    public RigBuilder accounts(String flow) {
        accounts = flow;
        return this;
    }

    public RigBuilder accountsFile(String yaml) {
        accountsFile = yaml;
        return this;
    }

    public RigBuilder filters(String flow) {
        filters = flow;
        return this;
    }

    public RigBuilder limits(String flow) {
        limits = flow;
        return this;
    }

    public RigBuilder transport(String name) {
        transport = name;
        return this;
    }

    public RigBuilder plugins(Path jars) {
        plugins = "plugins: " + jars + "\n";
        return this;
    }

    /** Stores filter state in a directory. */
    public RigBuilder state(Path directory) {
        state = "state: {directory: " + directory + "}\n";
        return this;
    }

    public RigBuilder fleet(String flow) {
        fleet = "fleet: " + flow + "\n";
        return this;
    }

    /** Records exchanges. */
    public RigBuilder record(String flow) {
        record += "record: " + flow + "\n";
        return this;
    }

    /** Ends TLS at the listener. */
    public RigBuilder tls(String flow) {
        tls = ", tls: " + flow;
        return this;
    }

    /** Allows protocol upgrades on opaque paths. */
    public RigBuilder upgrade(String flow) {
        upgrade = flow;
        return this;
    }

    /** Adds configuration keys to the route of {@code /v1/}. */
    public RigBuilder routeKeys(String keys) {
        routeKeys = ", " + keys;
        return this;
    }

    /** Adds a route to the upstream: its path, and further keys after a comma. */
    public RigBuilder route(String keys) {
        moreRoutes += "  - {path: " + keys + ", upstream: model}\n";
        return this;
    }

    /** Requires a PROXY protocol header. */
    public RigBuilder proxyProtocol(String flow) {
        proxyProtocol = ", proxyProtocol: " + flow;
        return this;
    }

    /** Enables HTTP/1.1 only, without TLS. */
    public RigBuilder http1() {
        tls = ", http2: false";
        return this;
    }

    /** Applies changed files automatically. */
    public RigBuilder watch() {
        watch = true;
        return this;
    }

    /** Requires a token for the admin API. */
    public RigBuilder adminToken(String token) {
        admin += ", token: \"" + token + "\"";
        return this;
    }

    /** Adds configuration keys to the admin API. */
    public RigBuilder adminKeys(String keys) {
        admin += ", " + keys;
        return this;
    }

    /** Writes an audit log. */
    public RigBuilder audit(String flow) {
        record += "audit: " + flow + "\n";
        return this;
    }

    /** Sets what browsers may do at the console. */
    public RigBuilder console(String mode) {
        admin += ", console: \"" + mode + "\"";
        return this;
    }

    /** Allows these values of Host at an admin API without a token. */
    public RigBuilder adminHosts(String name) {
        admin += ", hosts: [" + name + "]";
        return this;
    }

    /** Replaces the gateway's channel factories. */
    public RigBuilder channels(UnaryOperator<Transports> change) {
        channels = change;
        return this;
    }

    public RigBuilder threads(int count) {
        threads = count;
        return this;
    }

    public RigBuilder trustedHops(int hops) {
        trustedHops = hops;
        return this;
    }

    /** Returns the policy file's text. */
    public String policy() {
        return """
                version: 1
                upstreams:
                  - {name: model, endpoints: [%s], timeouts: %s%s}
                %s\
                routes:
                  - {path: /v1/, upstream: model, opaque: [/v1/models, /v1/models/, /v1/blobs/], upgrade: %s%s}
                %s\
                accounts: %s
                filters: %s
                """.formatted(
                        String.join(", ", endpoints),
                        timeouts,
                        upstreamKeys,
                        moreUpstreams,
                        upgrade,
                        routeKeys,
                        moreRoutes,
                        accounts,
                        filters);
    }

    private String config(Path directory) {
        return """
                listeners: [{address: "127.0.0.1:0", trustedHops: %d%s%s}]
                admin: {address: "127.0.0.1:0"%s}
                watch: %s
                transport: %s
                threads: %d
                policy: policy.yaml
                hashing: {h1: "0123456789abcdef-test"}
                limits: %s
                accessLog: {path: %s}
                %s%s%s%s""".formatted(
                        trustedHops,
                        proxyProtocol,
                        tls,
                        admin,
                        watch,
                        transport,
                        threads,
                        limits,
                        directory.resolve("access.log"),
                        plugins,
                        state,
                        fleet,
                        record);
    }

    public GatewayRig start() {
        try {
            Path directory = Files.createTempDirectory("gateway-rig");
            Files.writeString(directory.resolve("policy.yaml"), policy());
            Files.writeString(directory.resolve("accounts.yaml"), accountsFile);
            Path config = Files.writeString(directory.resolve("stillgate.yaml"), config(directory));
            JumpTicker ticker = new JumpTicker();
            LoopBarrier loops = new LoopBarrier();
            Gateway gateway = Gateway.start(
                    config,
                    name -> null,
                    ticker,
                    wanted -> loops.around(channels.apply(Transports.choose(wanted))),
                    WATCH_INTERVAL,
                    false);
            return new GatewayRig(directory, gateway, ticker, loops);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }
}
