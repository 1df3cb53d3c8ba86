import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Training run for the JVM's ahead-of-time cache (JEP 514, JEP 515): a gateway with every filter serves requests of every
 * dialect, and its JVM writes the cache when it ends. The Dockerfile and {@code stillgate train} run it.
 */
public final class Train {
    private static final int REQUESTS = 6_000;
    private static final int ACCOUNTS = 100;
    private static final int START_SECONDS = 60;
    private static final int END_SECONDS = 120;
    private static final String[] PATHS = {"/v1/messages", "/v1/chat/completions", "/v1/responses"};
    private static final Pattern LISTENING = Pattern.compile("listening on \\[/127\\.0\\.0\\.1:(\\d+)]");

    private static final String TEXT =
            "It is important to note that the tower is not only very tall, it is also quite old. Many people visit it each"
                    + " year, and they often begin at the big gate. However, the way up is hard.";

    private static final String GATEWAY = """
            listeners:
              - {address: "127.0.0.1:0", trustedHops: 1}
            admin: {address: "127.0.0.1:0", console: read}
            hashing: {h1: "a public secret for training runs"}
            state: {directory: state}
            accessLog: {path: access.log}
            """;

    private static final String POLICY = """
            version: 1
            upstreams:
              - {name: model, endpoints: ["http://127.0.0.1:%d"]}
            routes:
              - {path: /v1/, upstream: model}
            accounts:
              credential: [x-api-key, bearer]
            filters:
            %s  - {name: behaviour, type: fingerprint, config: {}}
              - name: limits
                type: token-bucket
                config:
                  limits:
                    - {name: requests, measure: requests, capacity: 1000000, refill: 1000000/1m}
                    - {name: input, measure: input-tokens, capacity: 100000000, refill: 100000000/1m}
                    - {name: output, measure: output-tokens, capacity: 100000000, refill: 100000000/1m, reserveCeiling: 4000}
                    - {name: parallel, measure: concurrency, capacity: 8}
                  pool: {requests: 500/1d}
              - {name: canary, type: canary, config: {secretFile: canary-secret, from: unverified}}
            """;

    private static final String REGIONS = """
              - {name: regions, type: geo-restriction, config: {oldAfter: off, databases: {country: "%s"},
                 deny: {countries: [KP, IR, SY, CU]}}}
            """;

    private Train() {}

    /**
     * Exits with 0 if all requests were served and the cache was written, else with 1.
     *
     * @param args the file of the cache, and the command of Java that runs Stillgate, without a verb
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path cache = Path.of(args[0]);
        Path directory = Files.createTempDirectory("stillgate-train-");
        HttpServer model = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        model.createContext("/", Train::answer);
        model.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        model.start();
        Path countries =
                Path.of(String.valueOf(System.getenv("STILLGATE_CONFIG_DIR")), "geo", "GeoLite2-Country.mmdb");
        String regions = Files.exists(countries) ? REGIONS.formatted(countries.toAbsolutePath()) : "";
        Files.writeString(directory.resolve("stillgate.yaml"), GATEWAY);
        Files.writeString(directory.resolve("policy.yaml"), POLICY.formatted(model.getAddress().getPort(), regions));
        Files.writeString(directory.resolve("canary-secret"), "a public secret for training runs\n");
        Path output = directory.resolve("output");
        List<String> command = new ArrayList<>(List.of(args).subList(1, args.length));
        command.add(1, "-XX:AOTCacheOutput=" + cache);
        command.addAll(List.of("run", "--config", directory.resolve("stillgate.yaml").toString(), "--drain-seconds", "1"));
        Process gateway = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        int served = 0;
        int port = port(gateway, output);
        for (int i = 0; port > 0 && i < REQUESTS; i++) {
            served += ask(port, i) == 200 ? 1 : 0;
        }
        gateway.destroy();
        boolean ended = gateway.waitFor(END_SECONDS, TimeUnit.SECONDS);
        System.out.println(served + " of " + REQUESTS + " requests were served");
        boolean written = ended && gateway.exitValue() == 0 && Files.exists(cache);
        if (served < REQUESTS || !written) {
            System.out.print(Files.readString(output));
        }
        model.stop(0);
        try (Stream<Path> all = Files.walk(directory)) {
            all.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
        }
        System.exit(served == REQUESTS && written ? 0 : 1);
    }

    /** Waits until the gateway listens; returns its port, 0 if it does not. */
    private static int port(Process gateway, Path output) throws IOException, InterruptedException {
        for (int i = 0; i < 10 * START_SECONDS && gateway.isAlive(); i++) {
            Matcher listening = LISTENING.matcher(Files.readString(output));
            if (listening.find()) {
                return Integer.parseInt(listening.group(1));
            }
            Thread.sleep(100);
        }
        return 0;
    }

    /** Sends request {@code i} and reads the response; returns its status. */
    private static int ask(int port, int i) throws IOException {
        String path = PATHS[i % PATHS.length];
        boolean stream = i / PATHS.length % 2 == 0 && !path.endsWith("/responses");
        String prompt = "Please tell me about tower " + i + ", and how many people visit it each year.";
        String body = path.endsWith("/responses")
                ? "{\"model\":\"trained\",\"max_output_tokens\":100,\"input\":\"" + prompt + "\"}"
                : "{\"model\":\"trained\",\"max_tokens\":100,\"stream\":" + stream
                        + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + prompt + "\"}]}";
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setReadTimeout(10_000);
        connection.setRequestProperty("content-type", "application/json");
        connection.setRequestProperty("authorization", "Bearer sk-train-" + i % ACCOUNTS);
        connection.setRequestProperty("x-forwarded-for", "8.8.4." + i % 200);
        connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
        int status = connection.getResponseCode();
        if (status == 200) {
            connection.getInputStream().readAllBytes();
        }
        return status;
    }

    /** Gives the same answer to each request, as JSON or as an event stream. */
    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean stream = request.contains("\"stream\":true");
            String path = exchange.getRequestURI().getPath();
            String body = path.endsWith("/messages")
                    ? (stream ? messageEvents() : MESSAGE)
                    : path.endsWith("/responses") ? RESPONSE : stream ? completionEvents() : COMPLETION;
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", stream ? "text/event-stream" : "application/json");
            exchange.sendResponseHeaders(200, stream ? 0 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static final String MESSAGE = """
            {"id":"msg_1","type":"message","role":"assistant","model":"trained","content":[{"type":"text","text":"%s"}],\
            "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":40,"output_tokens":44}}""".formatted(TEXT);

    private static final String COMPLETION = """
            {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"trained","choices":[{"index":0,\
            "message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],\
            "usage":{"prompt_tokens":40,"completion_tokens":44,"total_tokens":84}}""".formatted(TEXT);

    private static final String RESPONSE = """
            {"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"trained","output":[{\
            "type":"message","id":"m_1","status":"completed","role":"assistant","content":[{"type":"output_text",\
            "text":"%s","annotations":[]}]}],"usage":{"input_tokens":40,"output_tokens":44,"total_tokens":84}}""".formatted(TEXT);

    private static String messageEvents() {
        StringBuilder events = new StringBuilder(event("message_start", """
                "message":{"id":"msg_1","type":"message","role":"assistant","model":"trained","content":[],\
                "stop_reason":null,"usage":{"input_tokens":40,"output_tokens":1}}"""));
        events.append(event("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"));
        for (String word : TEXT.split("(?<= )", -1)) {
            events.append(event(
                    "content_block_delta", "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + word + "\"}"));
        }
        return events.append(event("content_block_stop", "\"index\":0"))
                .append(event("message_delta", "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":44}"))
                .append("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n")
                .toString();
    }

    private static String event(String type, String fields) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + fields + "}\n\n";
    }

    private static String completionEvents() {
        StringBuilder events = new StringBuilder();
        for (String word : TEXT.split("(?<= )", -1)) {
            events.append(chunk("{\"content\":\"" + word + "\"}", "null"));
        }
        return events.append(chunk("{}", "\"stop\"")).append("data: [DONE]\n\n").toString();
    }

    private static String chunk(String delta, String finish) {
        return """
                data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"trained",\
                "choices":[{"index":0,"delta":%s,"finish_reason":%s}]}

                """.formatted(delta, finish);
    }
}
