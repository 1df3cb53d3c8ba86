package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.stillgate.proxy.chain.FilterSnapshot;
import dev.stillgate.proxy.config.HostPort;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.console.EventStream;
import dev.stillgate.proxy.console.SignInLimit;
import dev.stillgate.proxy.json.JsonWriter;
import dev.stillgate.proxy.jwt.OperatorTokens;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HTTP server of the admin API: health, metrics, resources such as accounts, and operations on the gateway. Shares no
 * thread with request processing. Health, metrics and filters never wait; all other requests run one at a time.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    /** A method: a token of RFC 9110 with a limited length. */
    private static final Pattern METHOD = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

    static { // limits the time of slow clients; see the module jdk.httpserver
        for (String limit : List.of("maxReqTime", "maxRspTime")) {
            if (System.getProperty("sun.net.httpserver." + limit) == null) {
                System.setProperty("sun.net.httpserver." + limit, "30");
            }
        }
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final AdminAccess access;
    private final EventStream events;
    private final SignInLimit wrong;
    private final ResourceRequests resources;
    private final Auditor auditor;
    private final ReentrantLock serialLock = new ReentrantLock();

    /**
     * Parts of the console that the server needs.
     *
     * @param events live events; closed with the server
     * @param wrong limit on wrong credentials
     * @param identity the verifier for {@code admin.identity}, null without one
     * @param ticker the clock
     */
    public record Console(
            EventStream events, SignInLimit wrong, @Nullable OperatorTokens identity, Ticker ticker) {}

    /**
     * Starts the server.
     *
     * @param config the address, and the requests to accept
     * @param metrics returns the text of {@code /metrics}
     * @param filters returns the filters in force
     * @param resources the resources with pages
     * @param operations the operations on the gateway as a whole
     * @param auditor receives every mutating request before its response is sent
     * @param console the console's live events, and what authenticates operators
     * @param notReady returns why no new requests should come, or null
     * @throws UncheckedIOException if the server cannot listen
     */
    public AdminServer(
            StillgateConfig.Admin config,
            Supplier<String> metrics,
            Supplier<List<FilterSnapshot>> filters,
            Resources resources,
            Operations operations,
            Auditor auditor,
            Console console,
            Supplier<@Nullable String> notReady) {
        try {
            HostPort address = config.address();
            server = HttpServer.create(new InetSocketAddress(address.host(), address.port()), 16);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + config.address() + " for the admin", e);
        }
        List<String> names = new ArrayList<>(config.hosts());
        names.add(config.address().host());
        this.events = console.events();
        this.wrong = console.wrong();
        Credentials credentials = new Credentials(config, console.identity(), console.ticker()::millis);
        this.access = new AdminAccess(credentials, config.console(), new BrowserGuard(names));
        this.auditor = auditor;
        this.resources = new ResourceRequests(new SerialResources(resources, serialLock), auditor);
        threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("admin-", 0).factory());
        server.setExecutor(threads);
        page("/healthz", () -> Reply.text(200, "ok\n"));
        page("/readyz", () -> {
            String reason = notReady.get();
            return reason == null ? Reply.text(200, "ready\n") : Reply.text(503, reason + "\n");
        });
        page("/metrics", () -> new Reply(200, "text/plain; version=0.0.4", metrics.get()));
        page("/filters", () -> Reply.json(200, FilterList.json(filters.get())));
        page("/now", () -> Reply.json(200, JsonWriter.json(operations.now()) + "\n"));
        page("/config", () -> Reply.json(200, JsonWriter.json(operations.config()) + "\n"));
        page("/top", () -> Reply.json(200, JsonWriter.json(operations.top()) + "\n"));
        page("/upstreams", () -> Reply.json(200, JsonWriter.json(operations.upstreams()) + "\n"));
        OperationRequests asked = new OperationRequests(operations, resources, auditor, serialLock);
        route("/reload", "POST", asked.reload());
        route("/rollback", "POST", asked.rollback());
        route("/drain", "POST", asked.drain());
        context("/backtests", asked::backtests);
        context("/policies", asked::policies);
        context(OrderRequests.ROOT, new OrderRequests(operations, resources, auditor)::handle);
        context(ConsoleRequests.ROOT, new ConsoleRequests(access, auditor, console)::handle);
        context("/", this::rest);
        server.start();
    }

    /** Handles all paths without their own context. */
    private void rest(HttpExchange exchange) throws IOException {
        if ("/".equals(exchange.getRequestURI().getRawPath())
                && exchange.getRequestMethod().equals("GET")) {
            Reply.json(200, PageIndex.json()).send(exchange);
        } else {
            resources.handle(exchange);
        }
    }

    private void page(String path, Supplier<Reply> make) {
        route(path, "GET", exchange -> make.get().send(exchange));
    }

    private void route(String path, String method, HttpHandler handler) {
        context(path, routed -> {
            if (!path.equals(routed.getRequestURI().getRawPath())) {
                resources.handle(routed);
            } else if (!routed.getRequestMethod().equals(method)) {
                routed.getResponseHeaders().set("Allow", method);
                Reply.text(405, "only " + method + "\n").send(routed);
            } else {
                handler.handle(routed);
            }
        });
    }

    private void context(String path, HttpHandler handler) {
        server.createContext(path, exchange -> handle(exchange, handler)).setAuthenticator(access);
    }

    /** Runs a handler if method and access allow it. Unexpected failures give status 500, and are audited if need be. */
    private void handle(HttpExchange exchange, HttpHandler handler) throws IOException {
        try (exchange) {
            guarded(exchange, handler);
        }
    }

    private void guarded(HttpExchange exchange, HttpHandler handler) throws IOException {
        try {
            checked(exchange, handler);
        } catch (RuntimeException | LinkageError failure) {
            LOG.error("the admin API failed at {}", exchange.getRequestURI().getRawPath(), failure);
            if (exchange.getResponseCode() < 0) {
                Reply reply = Reply.error(500, "internal error; see the gateway's log");
                if (Mutation.changes(exchange) && !AdminAccess.isOpen(exchange)) { // it may have changed something
                    new Mutation(exchange, auditor).respond(reply);
                } else {
                    reply.send(exchange);
                }
            }
        }
    }

    private void checked(HttpExchange exchange, HttpHandler handler) throws IOException {
        if (!METHOD.matcher(exchange.getRequestMethod())
                .matches()) { // the method is logged, and could contain line feeds
            Reply.error(400, "invalid HTTP method").send(exchange);
            return;
        }
        Reply refusal = access.refusal(exchange);
        if (refusal != null) {
            refuse(exchange, refusal);
        } else if (Mutation.changes(exchange)
                && !AdminAccess.isOpen(exchange)
                && !new Mutation(exchange, auditor).begins()) {
            new Mutation(exchange, auditor)
                    .respond(Reply.error(503, "the audit log cannot be written, and audit.required is set"));
        } else {
            handler.handle(exchange);
        }
    }

    /** Sends a refusal. Of an address, a few a minute are audited, and wrong credentials beyond them get status 429. */
    private void refuse(HttpExchange exchange, Reply refusal) throws IOException {
        Caller caller = Caller.of(exchange);
        boolean isWrong = caller.proof() == Caller.Proof.WRONG && !AdminAccess.isOpen(exchange);
        if (!isWrong && !Mutation.changes(exchange)) {
            refusal.send(exchange);
            return;
        }
        if (caller.isProven()) {
            new Mutation(exchange, auditor).respond(refusal);
            return;
        }
        SignInLimit.Attempt attempt = wrong.attempt(exchange.getRemoteAddress().getAddress());
        Reply reply = isWrong && !attempt.isAllowed() ? ConsoleRequests.tooMany(exchange, attempt) : refusal;
        if (attempt.isAudited() && (Mutation.changes(exchange) || attempt.isFirst())) {
            new Mutation(exchange, auditor).respond(reply);
        } else {
            reply.send(exchange);
        }
    }

    /** Returns the bound address. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        events.close();
        server.stop(0);
        threads.shutdownNow();
    }

    /** JSON page of the filters, one per line. */
    static final class FilterList {
        private FilterList() {}

        static String json(List<FilterSnapshot> filters) {
            StringBuilder out = new StringBuilder("[");
            for (FilterSnapshot filter : filters) {
                out.append(out.length() == 1 ? "\n" : ",\n")
                        .append("  {\"name\":\"")
                        .append(filter.name())
                        .append("\",\"type\":\"")
                        .append(filter.type())
                        .append("\",\"mode\":\"")
                        .append(lower(filter.mode()))
                        .append("\",\"onError\":\"")
                        .append(lower(filter.onError()))
                        .append("\",\"phases\":[");
                out.append(String.join(
                        ",",
                        filter.phases().stream().map(p -> '"' + lower(p) + '"').toList()));
                out.append("],\"decisions\":{");
                out.append(String.join(
                        ",",
                        filter.counts().entrySet().stream()
                                .map(e -> '"' + lower(e.getKey()) + "\":" + e.getValue())
                                .toList()));
                out.append("},\"lastReject\":")
                        .append(
                                filter.lastReject() == null
                                        ? "null"
                                        : '"' + filter.lastReject().replaceAll("[^ -!#-\\[\\]-~]", "?") + '"')
                        .append('}');
            }
            return out.append("\n]\n").toString();
        }

        private static String lower(Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT);
        }
    }
}
