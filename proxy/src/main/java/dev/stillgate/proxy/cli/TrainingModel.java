package dev.stillgate.proxy.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A model on a loopback port that gives the same answer to each request, as JSON or as an event stream. */
final class TrainingModel implements AutoCloseable {
    private static final String TEXT =
            "It is important to note that the tower is not only very tall, it is also quite old."
                    + " Many people visit it each year, and they often begin at the big gate. However, the way up is hard.";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private TrainingModel(HttpServer server) {
        this.server = server;
        server.createContext("/", TrainingModel::answer);
        server.setExecutor(threads);
        server.start();
    }

    static TrainingModel start() throws IOException {
        return new TrainingModel(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String request = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean stream = request.contains("\"stream\":true");
            String path = exchange.getRequestURI().getPath();
            String body = path.endsWith("/messages")
                    ? (stream ? messageEvents() : message())
                    : path.endsWith("/responses") ? response() : stream ? completionEvents() : completion();
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("content-type", stream ? "text/event-stream" : "application/json");
            exchange.sendResponseHeaders(200, stream ? 0 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private static String message() {
        return """
                {"id":"msg_1","type":"message","role":"assistant","model":"trained","content":[{"type":"text","text":"%s"}],\
                "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":40,"output_tokens":44}}""".formatted(TEXT);
    }

    private static String completion() {
        return """
                {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"trained","choices":[{"index":0,\
                "message":{"role":"assistant","content":"%s"},"finish_reason":"stop"}],\
                "usage":{"prompt_tokens":40,"completion_tokens":44,"total_tokens":84}}""".formatted(TEXT);
    }

    private static String response() {
        return """
                {"id":"resp_1","object":"response","created_at":1,"status":"completed","model":"trained","output":[{\
                "type":"message","id":"m_1","status":"completed","role":"assistant","content":[{"type":"output_text",\
                "text":"%s","annotations":[]}]}],"usage":{"input_tokens":40,"output_tokens":44,"total_tokens":84}}""".formatted(TEXT);
    }

    private static String messageEvents() {
        StringBuilder events = new StringBuilder(event(
                "message_start",
                "\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"trained\",\"content\":[],"
                        + "\"stop_reason\":null,\"usage\":{\"input_tokens\":40,\"output_tokens\":1}}"));
        events.append(event("content_block_start", "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"));
        for (String word : TEXT.split("(?<= )", -1)) {
            events.append(event(
                    "content_block_delta",
                    "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + word + "\"}"));
        }
        return events.append(event("content_block_stop", "\"index\":0"))
                .append(event(
                        "message_delta", "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":44}"))
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
        return "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"trained\","
                + "\"choices\":[{\"index\":0,\"delta\":" + delta + ",\"finish_reason\":" + finish + "}]}\n\n";
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }
}
