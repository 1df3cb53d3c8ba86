package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.stillgate.proxy.chain.FilterSnapshot;
import dev.stillgate.proxy.config.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** The admin's own HTTP server: health, metrics, filters, accounts and other things, and reload. It shares no thread with requests. */
public final class AdminServer implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads;
    private final ThingRequests things;

    /**
     * Starts it.
     *
     * @param metrics makes the text of {@code /metrics}
     * @param filters gives the filters in force
     * @param things the things that there are pages of
     * @param reload reloads the policy and returns what is wrong, empty when nothing is
     * @param ready whether new requests are welcome
     * @throws UncheckedIOException when it cannot listen
     */
    public AdminServer(
            HostPort address,
            Supplier<String> metrics,
            Supplier<List<FilterSnapshot>> filters,
            Things things,
            Supplier<String> reload,
            BooleanSupplier ready) {
        try {
            server = HttpServer.create(new InetSocketAddress(address.host(), address.port()), 16);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on " + address + " for the admin", e);
        }
        this.things = new ThingRequests(things);
        threads = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("admin").daemon().factory());
        server.setExecutor(threads);
        page("/healthz", () -> Reply.text(200, "ok\n"));
        page("/readyz", () -> ready.getAsBoolean() ? Reply.text(200, "ready\n") : Reply.text(503, "draining\n"));
        page("/metrics", () -> new Reply(200, "text/plain; version=0.0.4", metrics.get()));
        page("/filters", () -> Reply.json(200, json(filters.get())));
        route("/reload", "POST", exchange -> {
            Mutation mutation = new Mutation(exchange);
            Reply refusal = mutation.refusal(false);
            mutation.answer(refusal != null ? refusal : reloaded(reload.get()));
        });
        server.createContext("/", exchange -> {
            try (exchange) {
                this.things.answer(exchange);
            }
        });
        server.start();
    }

    private static Reply reloaded(String wrong) {
        return wrong.isEmpty() ? Reply.text(200, "reloaded\n") : Reply.text(422, wrong + "\n");
    }

    private void page(String path, Supplier<Reply> make) {
        route(path, "GET", exchange -> make.get().send(exchange));
    }

    private void route(String path, String method, HttpHandler handler) {
        server.createContext(path, exchange -> {
            try (exchange) {
                if (!path.equals(exchange.getRequestURI().getRawPath())) {
                    things.answer(exchange);
                } else if (!exchange.getRequestMethod().equals(method)) {
                    exchange.getResponseHeaders().set("Allow", method);
                    Reply.text(405, "only " + method + "\n").send(exchange);
                } else {
                    handler.handle(exchange);
                }
            }
        });
    }

    private static String json(List<FilterSnapshot> filters) {
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
                    ",", filter.phases().stream().map(p -> '"' + lower(p) + '"').toList()));
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
