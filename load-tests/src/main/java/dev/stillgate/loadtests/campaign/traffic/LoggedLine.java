package dev.stillgate.loadtests.campaign.traffic;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A line of an exchange log.
 *
 * @param time milliseconds since the epoch of the request
 * @param end milliseconds since the epoch of the end of the response
 * @param label empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LoggedLine(byte[] json, long time, long end, String account, String label, String path) {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> OF_CLIENT = List.of("account", "connection", "http", "ip", "ja4", "headers");

    /**
     * Reads the fields of a line.
     *
     * @throws IOException if the line is not JSON
     */
    static LoggedLine read(byte[] json) throws IOException {
        long time = 0;
        long end = 0;
        String account = "";
        String label = "";
        String path = "";
        try (JsonParser parser = FACTORY.createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                switch (name) {
                    case "ts" -> time = parser.getLongValue();
                    case "end" -> end = parser.getLongValue();
                    case "account" -> account = parser.getText();
                    case "label" -> label = parser.getText();
                    case "path" -> path = parser.getText();
                    default -> parser.skipChildren();
                }
            }
        }
        return new LoggedLine(json, time, Math.max(time, end), account, label, path);
    }

    boolean isCover() {
        return label.endsWith("/cover");
    }

    /** Returns the campaign of the line's account, empty for an honest one. */
    String campaign() {
        return !label.startsWith("campaign:") ? "" : isCover() ? label.substring(0, label.length() - 6) : label;
    }

    /** Returns the same exchange at another time. */
    LoggedLine at(long other) {
        if (other == time) {
            return this;
        }
        ObjectNode tree = tree(json);
        return written(tree.put("ts", other).put("end", other + end - time));
    }

    /**
     * Returns the same exchange, sent by another client.
     *
     * @param client a line of that client
     * @param id the account of that client
     */
    LoggedLine by(LoggedLine client, String id) {
        ObjectNode tree = tree(json);
        ObjectNode other = tree(client.json);
        for (String field : OF_CLIENT) {
            if (other.has(field)) {
                tree.set(field, other.get(field));
            } else {
                tree.remove(field);
            }
        }
        return written(tree.put("account", id));
    }

    private boolean begins() {
        JsonNode request = tree(json).path("request");
        boolean begins = !request.has("previous_response_id");
        for (JsonNode turn : request.path(request.has("input") ? "input" : "messages")) {
            begins &= !turn.path("role").asText().equals("assistant") && !turn.has("call_id");
        }
        return begins;
    }

    /**
     * Returns the attempt of an account to get the response to another line by this one. Requests of campaigns without
     * an earlier turn of the model begin a conversation.
     */
    Attempt attempt(LoggedLine wanted, String id, boolean verified) {
        boolean begins = !wanted.campaign().isEmpty() && begins();
        return new Attempt(wanted, wanted.label, id, verified, path, begins, time, json, json.length);
    }

    /** Returns the output tokens of the response, 0 if it has none. */
    long tokens() {
        JsonNode usage = tree(json).path("response").path("usage");
        return usage.path("output_tokens").asLong()
                + usage.path("completion_tokens").asLong();
    }

    private static ObjectNode tree(byte[] json) {
        try {
            return (ObjectNode) JSON.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static LoggedLine written(ObjectNode tree) {
        try {
            return read(JSON.writeValueAsBytes(tree));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
