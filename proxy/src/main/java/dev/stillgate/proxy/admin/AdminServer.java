package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.stillgate.proxy.chain.FilterSnapshot;
import dev.stillgate.proxy.config.HostPort;
import dev.stillgate.proxy.config.StillgateConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin's own HTTP server: health, metrics, filters, accounts and other things, and what can be done to the gateway. It
 * shares no thread with requests. Health, metrics and filters are told while something else is being done; everything else
 * happens one at a time.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    /** A token as RFC 9110 has it, of a reasonable length. */
    private static final Pattern METHOD = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}");

    static { // a caller that sends no more, or reads no more, is not waited for; see the module jdk.httpserver
        for (String limit : List.of("maxReqTime", "maxRspTime")) {
            if (System.getProperty("sun.net.httpserver." + limit) == null) {
                System.setProperty("sun.net.httpserver." + limit, "30");
            }
        }
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final AdminToken token;
    private final ResourceRequests things;
    private final Mutation.Audited audited;
    private final ReentrantLock oneAtATime = new ReentrantLock();

    /**
     * Starts it.
     *
     * @param config its address, and which requests it takes
     * @param metrics makes the text of {@code /metrics}
     * @param filters gives the filters in force
     * @param things the things that there are pages of
     * @param operations the gateway as a whole
     * @param acts takes note of every request that would change something, before it is answered
     * @param ready whether new requests are welcome
     * @throws UncheckedIOException when it cannot listen
     */
    public AdminServer(
            StillgateConfig.Admin config,
            Supplier<String> metrics,
            Supplier<List<FilterSnapshot>> filters,
            Resources things,
            Operations operations,
            Consumer<ResourceAction> acts,
            BooleanSupplier ready) {
        try {
            HostPort address = config.address();
            server = HttpServer.create(new InetSocketAddress(address.host(), address.port()), 16);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + config.address() + " for the admin", e);
        }
        List<String> names = new ArrayList<>(config.hosts());
        names.add(config.address().host());
        this.token = new AdminToken(config.token(), new BrowserGuard(names));
        this.audited = new Mutation.Audited(this.token, acts);
        this.things = new ResourceRequests(new SerialResources(things, oneAtATime), audited);
        threads = Executors.newThreadPerTaskExecutor(
                Thread.ofVirtual().name("admin-", 0).factory());
        server.setExecutor(threads);
        page("/healthz", () -> Reply.text(200, "ok\n"));
        page("/readyz", () -> ready.getAsBoolean() ? Reply.text(200, "ready\n") : Reply.text(503, "draining\n"));
        page("/metrics", () -> new Reply(200, "text/plain; version=0.0.4", metrics.get()));
        page("/filters", () -> Reply.json(200, FilterList.json(filters.get())));
        page("/config", () -> Reply.json(200, JsonWriter.json(operations.config()) + "\n"));
        page("/top", () -> Reply.json(200, JsonWriter.json(operations.top()) + "\n"));
        page("/upstreams", () -> Reply.json(200, JsonWriter.json(operations.upstreams()) + "\n"));
        operation("/reload", query -> operations.reload("force=true".equals(query)), "force=true");
        operation("/rollback", query -> operations.rollback(), null);
        operation("/drain", query -> operations.drain(), null);
        server.createContext("/", exchange -> answer(exchange, this::rest));
        server.start();
    }

    /** Answers at the paths without a context of their own. */
    private void rest(HttpExchange exchange) throws IOException {
        if ("/".equals(exchange.getRequestURI().getRawPath())
                && exchange.getRequestMethod().equals("GET")) {
            Reply.json(200, PageIndex.json()).send(exchange);
        } else {
            things.answer(exchange);
        }
    }

    private void page(String path, Supplier<Reply> make) {
        route(path, "GET", exchange -> make.get().send(exchange));
    }

    /** Lets something be done by a POST without a body. */
    private void operation(
            String path, Function<@Nullable String, Operations.Done> perform, @Nullable String knownQuery) {
        route(path, "POST", exchange -> {
            Mutation mutation = new Mutation(exchange, audited);
            String query = exchange.getRequestURI().getRawQuery();
            Reply refusal = mutation.refusal(false);
            if (refusal == null && query != null && !query.equals(knownQuery)) {
                refusal = Reply.error(400, knownQuery == null ? "expected no query" : "expected ?" + knownQuery);
            }
            if (refusal == null) {
                refusal = mutation.refuseBody();
            }
            if (refusal == null) {
                Operations.Done done = alone(() -> perform.apply(query));
                refusal = Reply.text(done.result().status(), done.text() + "\n");
            }
            mutation.answer(refusal);
        });
    }

    private <T> T alone(Supplier<T> act) {
        oneAtATime.lock();
        try {
            return act.get();
        } finally {
            oneAtATime.unlock();
        }
    }

    private void route(String path, String method, HttpHandler handler) {
        server.createContext(
                path,
                exchange -> answer(exchange, asked -> {
                    if (!path.equals(asked.getRequestURI().getRawPath())) {
                        things.answer(asked);
                    } else if (!asked.getRequestMethod().equals(method)) {
                        asked.getResponseHeaders().set("Allow", method);
                        Reply.text(405, "only " + method + "\n").send(asked);
                    } else {
                        handler.handle(asked);
                    }
                }));
    }

    /** Answers whoever bears the token; what fails on the way is told as that. */
    private void answer(HttpExchange exchange, HttpHandler handler) throws IOException {
        try (exchange) {
            if (!METHOD.matcher(exchange.getRequestMethod()).matches()) { // it may have line feeds, and stands in a log
                Reply.error(400, "the method is no HTTP method").send(exchange);
                return;
            }
            Reply refusal = token.refusal(exchange);
            if (refusal == null) {
                handler.handle(exchange);
            } else if (Mutation.changes(exchange)) {
                new Mutation(exchange, audited).answer(refusal);
            } else {
                refusal.send(exchange);
            }
        } catch (RuntimeException | LinkageError failure) {
            LOG.error("the admin failed at {}", exchange.getRequestURI().getRawPath(), failure);
            if (exchange.getResponseCode() < 0) {
                Reply.error(500, "the gateway failed at this; its log says how").send(exchange);
            }
        }
    }

    /** Returns where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
