package dev.stillgate.proxy.explain;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Explanation of an access-log line. The line has no headers and no body, so no filter is evaluated. */
final class LoggedDecision {
    private static final String NOTE =
            "this is a line of the access log: it has no headers and no body, so the filters are not evaluated again";

    private LoggedDecision() {}

    /** Returns whether the members of a JSON object are those of an access-log line. */
    static boolean isLine(Map<?, ?> fields) {
        return fields.containsKey("start_time")
                && fields.containsKey("request_id")
                && fields.containsKey("response_code")
                && fields.containsKey("outcome");
    }

    /** Returns the content of the line as a page. */
    static Map<String, Object> page(Map<?, ?> line) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("note", NOTE);
        page.put("request", line.get("method") + " " + line.get("path"));
        copy(line, "request_id", page, "requestId");
        copy(line, "start_time", page, "at");
        Map<String, Object> client = new LinkedHashMap<>();
        copy(line, "account", client, "account");
        copy(line, "organisation", client, "organisation");
        copy(line, "standing", client, "standing");
        copy(line, "downstream_remote_address", client, "address");
        copy(line, "geo.country.iso_code", client, "country");
        copy(line, "as.number", client, "asn");
        copy(line, "geo.databases", client, "databases");
        page.put("caller", client);
        page.put("result", result(line));
        return page;
    }

    private static Map<String, Object> result(Map<?, ?> line) {
        Map<String, Object> result = new LinkedHashMap<>();
        String outcome = String.valueOf(line.get("outcome"));
        boolean rejected = outcome.equals("rejected");
        Object filter = line.get("filter");
        result.put("verdict", rejected ? "refused" : outcome);
        if (rejected) {
            result.put("by", Objects.requireNonNullElse(filter, "gateway"));
        }
        copy(line, "response_code", result, "status");
        copy(line, "response_code_details", result, "code");
        copy(line, "refusal_details", result, "details");
        result.put("message", message(outcome, filter, line.get("response_code_details")));
        copy(line, "shadow", result, "shadow");
        copy(line, "flags", result, "flags");
        copy(line, "marked", result, "marked");
        return result;
    }

    private static String message(String outcome, @Nullable Object filter, @Nullable Object code) {
        return switch (outcome) {
            case "rejected" ->
                filter == null || filter.equals("gateway")
                        ? "the gateway itself refused the request: " + code
                        : "the filter " + filter + " refused the request: " + code;
            case "served" -> "the upstream's response was delivered completely";
            case "upstream_failed" -> "the upstream gave no usable response: " + code;
            case "truncated" -> "the response was truncated: " + code;
            case "downstream_gone" -> "the client closed the connection before the response was complete";
            default -> "unknown outcome: " + outcome;
        };
    }

    private static void copy(Map<?, ?> from, String field, Map<String, Object> to, String name) {
        Object value = from.get(field);
        if (value != null) {
            to.put(name, value);
        }
    }
}
