package dev.stillgate.proxy.backtest;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Builder of an exchange-log line, with all required fields. */
public final class Lines {
    /** The start of the test logs, a midnight UTC. */
    public static final long START = 1_769_990_400_000L;

    private final Map<String, String> fields = new LinkedHashMap<>();

    private Lines() {}

    /** A Chat Completions exchange of an account, some milliseconds after {@link #START}. */
    public static Lines line(long after, String account) {
        Lines line = new Lines();
        line.fields.put("ts", Long.toString(START + after));
        line.text("account", account);
        line.text("ip", "203.0.113.7");
        line.fields.put("headers", "[[\"user-agent\",\"x\"]]");
        line.text("path", "/v1/chat/completions");
        line.fields.put("request", "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}");
        line.fields.put("status", "200");
        line.fields.put("response", "{\"id\":\"r-1\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":7}}");
        return line;
    }

    /** Replaces a field by JSON; null removes it. */
    public Lines with(String field, @Nullable String json) {
        if (json == null) {
            fields.remove(field);
        } else {
            fields.put(field, json);
        }
        return this;
    }

    public Lines text(String field, String text) {
        return with(field, "\"" + text + "\"");
    }

    public Lines end(long after) {
        return with("end", Long.toString(START + after));
    }

    public Lines label(String label) {
        return text("label", label);
    }

    /** Sets an instruction for the {@link ScriptedFilter}. */
    public Lines does(String what) {
        return with("headers", "[[\"x-do\",\"" + what + "\"]]");
    }

    @Override
    public String toString() {
        return fields.entrySet().stream()
                .map(field -> "\"" + field.getKey() + "\":" + field.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }
}
