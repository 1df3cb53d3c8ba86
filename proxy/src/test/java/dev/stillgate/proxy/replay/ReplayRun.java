package dev.stillgate.proxy.replay;

import static dev.stillgate.proxy.replay.HttpStream.ascii;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.dialect.Fixtures;
import dev.stillgate.proxy.gateway.Gateway;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Usage;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** Sends many replays through one gateway and gathers what was not as it must be. */
final class ReplayRun {
    private static final int WORKERS = 4;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Script> scripts;
    private final Path directory;
    private final Queue<Replay> left;
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final Map<Integer, String> refused = new ConcurrentHashMap<>();

    ReplayRun(List<Script> scripts, List<Replay> replays, Path directory) {
        this.scripts = scripts;
        this.directory = directory;
        this.left = new ConcurrentLinkedQueue<>(replays);
    }

    /**
     * Result of a replay.
     *
     * @param metered replays that were delivered whole, with the right usage in the access log
     * @param refused the gateway's own answer to requests that it does not let through, by script
     * @param wrong everything else
     */
    record Result(int metered, Map<Integer, String> refused, List<String> wrong) {}

    Result run() throws Exception {
        Path log = directory.resolve("access.log");
        try (ReplayUpstream upstream = new ReplayUpstream(scripts)) {
            Path config = configure(upstream.port());
            try (Gateway gateway = Gateway.start(config, name -> null, Ticker.system())) {
                List<Thread> workers = new ArrayList<>();
                for (int i = 0; i < WORKERS; i++) {
                    InetSocketAddress address = gateway.addresses().getFirst();
                    workers.add(Thread.ofPlatform().start(() -> work(address)));
                }
                for (Thread worker : workers) {
                    worker.join();
                }
            }
        }
        int metered = checkUsage(log);
        return new Result(metered, new TreeMap<>(refused), List.copyOf(wrong));
    }

    private Path configure(int port) throws IOException {
        Files.writeString(directory.resolve("policy.yaml"), """
                version: 1
                upstreams:
                  - {name: model, endpoints: ["http://127.0.0.1:%d"]}
                routes:
                  - {path: /v1/, upstream: model}
                """.formatted(port));
        return Files.writeString(directory.resolve("stillgate.yaml"), """
                listeners:
                  - {address: "127.0.0.1:0"}
                admin: {address: "127.0.0.1:0"}
                accessLog: {path: access.log}
                """);
    }

    private void work(InetSocketAddress gateway) {
        Replay replay = null;
        try (Socket socket = new Socket(gateway.getAddress(), gateway.getPort())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(20_000);
            HttpStream in = new HttpStream(socket.getInputStream());
            for (replay = left.poll(); replay != null; replay = left.poll()) {
                send(socket.getOutputStream(), replay);
                check(replay, in.read());
            }
        } catch (IOException e) {
            wrong.add(name(replay) + ": " + e);
        }
    }

    private void send(OutputStream out, Replay replay) throws IOException {
        Script script = scripts.get(replay.script());
        byte[] head =
                ascii(script.method() + " " + script.path() + " HTTP/1.1\r\nhost: gateway\r\nx-request-id: " + replay
                        + "\r\nx-replay: " + replay + "\r\ncontent-type: application/json\r\ncontent-length: "
                        + script.request().length + "\r\n\r\n");
        byte[] all = Arrays.copyOf(head, head.length + script.request().length);
        System.arraycopy(script.request(), 0, all, head.length, script.request().length);
        out.write(all);
    }

    private void check(Replay replay, HttpStream.@Nullable Message answer) throws IOException {
        if (answer == null) {
            throw new IOException("closed instead of an answer");
        }
        Script script = scripts.get(replay.script());
        if (!answer.fields().containsKey("x-replayed")) {
            refused.put(replay.script(), script.answer() + ": " + answer.status() + " " + new String(answer.content()));
        } else if (answer.status() != script.status()
                || !answer.field("x-replayed").equals("same")) {
            wrong.add(name(replay) + ": " + answer.start() + ", the upstream saw " + answer.field("x-replayed"));
        } else if (!Arrays.equals(answer.content(), script.answer().body())) {
            wrong.add(name(replay) + ": "
                    + Arrays.mismatch(answer.content(), script.answer().body()) + " is the first byte that differs");
        }
    }

    private String name(@Nullable Replay replay) {
        return replay == null
                ? "a worker"
                : replay + " (" + scripts.get(replay.script()).answer() + ")";
    }

    private int checkUsage(Path log) throws IOException {
        int right = 0;
        for (String line : Files.readAllLines(log)) {
            JsonNode entry = JSON.readTree(line);
            Replay replay = Replay.parse(entry.get("request_id").asText());
            if (refused.containsKey(replay.script())) {
                continue;
            }
            Fixtures.Response answer = scripts.get(replay.script()).answer();
            boolean same = answer.hasUsage(usage(entry))
                    && entry.get("outcome").asText().equals("served")
                    && entry.get("bytes_sent").asLong() == answer.body().length;
            if (same) {
                right++;
            } else {
                wrong.add(name(replay) + ": expected " + answer.usage() + ", logged " + line);
            }
        }
        return right;
    }

    private static Usage usage(JsonNode entry) {
        String prefix = "gen_ai.usage.";
        long input = entry.path(prefix + "input_tokens").asLong(-1);
        long output = entry.path(prefix + "output_tokens").asLong(-1);
        long read = entry.path(prefix + "cache_read.input_tokens").asLong(-1);
        long write = entry.path(prefix + "cache_creation.input_tokens").asLong(-1);
        long reasoning = entry.path(prefix + "reasoning_tokens").asLong(-1);
        Usage.Source source = entry.path("usage_estimated").asBoolean() ? Usage.Source.ESTIMATED : Usage.Source.EXACT;
        return Math.max(Math.max(Math.max(input, output), Math.max(read, write)), reasoning) < 0
                ? Usage.NONE
                : new Usage(source, input, output, read, write, reasoning);
    }
}
