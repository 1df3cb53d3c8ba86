package dev.stillgate.proxy.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stillgate.proxy.chain.FilterSnapshot;
import dev.stillgate.proxy.config.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The admin's own HTTP server: health, metrics, filters, single accounts and reload. It shares no thread with requests. */
public final class AdminServer implements AutoCloseable {
    private static final String JSON = "application/json";
    private final HttpServer server;
    private final ExecutorService threads;
    private final Things things;

    /**
     * Starts it.
     *
     * @param metrics makes the text of {@code /metrics}
     * @param filters gives the filters in force
     * @param things finds the pages of single things
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
        this.things = things;
        threads = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name("admin").daemon().factory());
        server.setExecutor(threads);
        page("/healthz", "GET", "text/plain", () -> new Page(200, "ok\n"));
        page(
                "/readyz",
                "GET",
                "text/plain",
                () -> ready.getAsBoolean() ? new Page(200, "ready\n") : new Page(503, "draining\n"));
        page("/metrics", "GET", "text/plain; version=0.0.4", () -> new Page(200, metrics.get()));
        page("/filters", "GET", JSON, () -> new Page(200, json(filters.get())));
        page("/reload", "POST", "text/plain", () -> {
            String wrong = reload.get();
            return wrong.isEmpty() ? new Page(200, "reloaded\n") : new Page(422, wrong + "\n");
        });
        server.createContext("/", exchange -> {
            try (exchange) {
                thing(exchange);
            }
        });
        server.start();
    }

    /** Finds the page of a single thing, such as {@code /accounts/a-17}. */
    @FunctionalInterface
    public interface Things {
        /** Returns its JSON, null when nobody knows it. */
        @Nullable
        String find(String page, String id);
    }

    private record Page(int status, String body) {}

    private void page(String path, String method, String type, Supplier<Page> make) {
        server.createContext(path, exchange -> {
            try (exchange) {
                if (!path.equals(exchange.getRequestURI().getRawPath())) {
                    thing(exchange);
                } else if (!exchange.getRequestMethod().equals(method)) {
                    exchange.getResponseHeaders().set("Allow", method);
                    send(exchange, "text/plain", new Page(405, "only " + method + "\n"));
                } else {
                    send(exchange, type, make.get());
                }
            }
        });
    }

    private void thing(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        ThingPath thing = path == null ? null : ThingPath.of(path);
        if (thing == null) {
            send(exchange, "text/plain", new Page(404, "nothing here\n"));
        } else if (!exchange.getRequestMethod().equals("GET")) {
            exchange.getResponseHeaders().set("Allow", "GET");
            send(exchange, JSON, new Page(405, "{\"error\":\"only GET\"}\n"));
        } else if (!thing.isFit()) {
            send(exchange, JSON, new Page(400, "{\"error\":\"no id\"}\n"));
        } else {
            String found = things.find(thing.page(), thing.id());
            send(exchange, JSON, found == null ? new Page(404, "{\"error\":\"not known\"}\n") : new Page(200, found));
        }
    }

    private static void send(HttpExchange exchange, String type, Page page) throws IOException {
        byte[] body = page.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(page.status(), body.length);
        exchange.getResponseBody().write(body);
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
