package dev.stillgate.loadtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stillgate.loadtests.peer.ResponseReader;
import dev.stillgate.loadtests.stub.StubModel;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Checks with {@code strace} that a serving gateway connects to the upstream only. The gateway runs with two filters,
 * real databases and the access log.
 */
@Tag("slow")
class ConnectionsTest {
    private static final int REQUESTS = 10_000;
    private static final int CLIENTS = 8;
    private static final Pattern INET = Pattern.compile("sin6?_port=htons\\((\\d+)\\)");

    /** Connection of the C library to a local daemon for the user's name when the JVM starts. */
    private static final Pattern USER_NAME = Pattern.compile("sa_family=AF_UNIX, sun_path=\"/var/run/nscd/socket\"");

    private static final byte[] REQUEST = request();

    @TempDir
    private Path work;

    @Test
    @Timeout(180)
    void tenThousandRequestsOpenConnectionsToTheUpstreamOnly() throws Exception {
        assumeTrue(TracedGateway.canTrace(), "strace is not installed or not permitted");
        Path trace = work.resolve("trace");
        Path output = work.resolve("gateway.out");
        try (StubModel stub = StubModel.start();
                GatewayFiles files = GatewayFiles.write(stub.baseUrl(), GatewayFiles.BOTH_PLUGINS)) {
            try (TracedGateway gateway =
                    TracedGateway.start(files, output, "-e", "trace=connect", "-o", trace.toString())) {
                int port = gateway.port();
                List<String> start = connects(trace);
                call(port);

                assertThat(stub.stats().requests("POST /v1/messages")).isEqualTo(REQUESTS);
                List<String> all = connects(trace);
                List<String> serving = all.subList(start.size(), all.size());
                System.out.printf(
                        "%d requests: %d connect() calls, to %s; %d before the first request, to %s%n",
                        REQUESTS, serving.size(), Set.copyOf(serving), start.size(), Set.copyOf(start));
                assertThat(serving).isNotEmpty().containsOnly("port " + stub.port());
                assertThat(start).allMatch(USER_NAME.asPredicate());
            }
            assertThat(files.accessLog()).hasSize(REQUESTS).allMatch(line -> line.contains("\"outcome\":\"served\""));
        }
    }

    /** Returns the target of each traced connect(): a port, or the trace line for other address families. */
    private static List<String> connects(Path trace) throws IOException {
        List<String> targets = new ArrayList<>();
        for (String line : Files.readAllLines(trace)) {
            if (line.contains("connect(")) {
                Matcher matcher = INET.matcher(line);
                targets.add(matcher.find() ? "port " + matcher.group(1) : line);
            }
        }
        return targets;
    }

    private static void call(int port) throws InterruptedException, ExecutionException {
        try (ExecutorService executor = Executors.newFixedThreadPool(CLIENTS)) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                all.add(executor.submit(() -> {
                    call(port, REQUESTS / CLIENTS);
                    return null;
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        }
    }

    private static void call(int port, int count) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            ResponseReader responses = new ResponseReader(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            for (int i = 0; i < count; i++) {
                out.write(REQUEST);
                assertThat(responses.readHead()).isEqualTo(200);
                responses.body().transferTo(OutputStream.nullOutputStream());
            }
        }
    }

    private static byte[] request() {
        String body =
                "{\"model\":\"stub-1\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"Who keeps the light?\"}]}";
        return ("POST /v1/messages HTTP/1.1\r\nhost: gateway\r\nx-api-key: sk-connections\r\n"
                        + "content-type: application/json\r\ncontent-length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
