package dev.stillgate.loadtests.budget;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.loadtests.GatewayFiles;
import dev.stillgate.loadtests.stub.StubModel;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A gateway in front of the stub that meters one account. Its buckets are refilled once a year, so the missing amount
 * is the charged amount.
 */
final class MeteredGateway implements AutoCloseable {
    static final String KEY = "sk-keeper-of-the-light";
    private static final String ACCOUNT = "keeper";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long TIMEOUT_NANOS = 20_000_000_000L;

    private final StubModel stub;
    private final GatewayFiles files;
    private final Gateway gateway;
    private final Map<String, Long> capacities;

    private MeteredGateway(StubModel stub, GatewayFiles files, Gateway gateway, Map<String, Long> capacities) {
        this.stub = stub;
        this.files = files;
        this.gateway = gateway;
        this.capacities = capacities;
    }

    /**
     * The account in the admin API.
     *
     * @param exchanges number of exchanges in flight
     * @param used charged amount by measure
     */
    record Page(int exchanges, Map<String, Long> used) {
        long used(String measure) {
            return used.getOrDefault(measure, 0L);
        }
    }

    /** Starts a gateway with capacities by measure; output is reserved in full. */
    static MeteredGateway open(Map<String, Long> capacities) throws ConfigException {
        StringBuilder filters = new StringBuilder("""
                accounts: {file: accounts.yaml}
                filters:
                  - name: limits
                    type: token-bucket
                    config:
                      limits:
                """);
        capacities.forEach((measure, capacity) -> filters.append(
                "        - {name: %1$s, measure: %1$s, capacity: %2$d, refill: %2$d/366d, refillStyle: interval%3$s}%n"
                        .formatted(measure, capacity, measure.startsWith("output") ? ", reserve: strict" : "")));
        StubModel stub = StubModel.start();
        GatewayFiles files = GatewayFiles.write(stub.baseUrl(), filters.toString());
        files.list(ACCOUNT, KEY);
        Gateway gateway = Gateway.start(files.config(), name -> null, Ticker.system());
        return new MeteredGateway(stub, files, gateway, capacities);
    }

    int port() {
        return gateway.addresses().getFirst().getPort();
    }

    StubModel stub() {
        return stub;
    }

    Page page() {
        URI uri = URI.create("http://127.0.0.1:" + gateway.adminAddress().getPort() + "/accounts/" + ACCOUNT);
        try (InputStream in = uri.toURL().openStream()) {
            JsonNode shown = JSON.readTree(in).path("filters").path("limits");
            Map<String, Long> used = new TreeMap<>();
            for (JsonNode limit : shown.path("limits")) {
                String name = limit.path("name").asText();
                used.put(name, capacities.get(name) - limit.path("left").asLong());
            }
            return new Page(shown.path("exchanges").asInt(), used);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the page after all exchanges have ended. */
    Page settled() throws InterruptedException {
        return pageWhen(page -> page.exchanges() == 0);
    }

    /** Waits for a page that satisfies a condition. */
    Page pageWhen(Predicate<Page> expected) throws InterruptedException {
        long end = System.nanoTime() + TIMEOUT_NANOS;
        Page page = page();
        while (!expected.test(page)) {
            if (System.nanoTime() > end) {
                throw new AssertionError("the account's page stays at " + page);
            }
            Thread.sleep(5);
            page = page();
        }
        return page;
    }

    @Override
    public void close() {
        gateway.close();
        files.close();
        stub.close();
    }
}
