package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Query or action of the admin API of a running gateway, and the output of its result. */
final class AdminQuery {
    private static final String UNRESERVED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    private static final int CONFLICT = 409;

    @Mixin
    private AdminAddress admin = new AdminAddress();

    @Option(names = "--json", description = "print JSON for programs, unshortened", scope = ScopeType.INHERIT)
    private boolean json;

    /** A page of the admin API: its JSON, and the fields of that. */
    record Page(String text, Map<?, ?> fields) {}

    /**
     * Gets a page. Without it, prints the reason to standard error and returns null.
     *
     * @param missing the reason if the admin API does not have the page
     */
    @Nullable
    Page get(CommandLine line, String path, String missing) throws ConfigException, InterruptedException {
        AdminAddress.Response response = admin.get(line, path);
        if (response != null && response.status() == 404) {
            line.getErr().println("stillgate: " + missing);
            return null;
        }
        return response == null ? null : page(line, response);
    }

    /** Performs an action and returns the page of its result; otherwise as {@link #get}. */
    @Nullable
    Page post(CommandLine line, String path, Map<String, Object> arguments)
            throws ConfigException, InterruptedException {
        AdminAddress.Response response = admin.post(line, path, arguments);
        return response == null ? null : page(line, response);
    }

    private static @Nullable Page page(CommandLine line, AdminAddress.Response response) {
        try {
            if (JsonValues.read(response.text().getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> fields) {
                if (response.status() == 200) {
                    return new Page(response.text(), fields);
                }
                line.getErr().println("stillgate: " + response.from() + " refuses: " + reason(fields));
                if (response.status() == CONFLICT) {
                    Map<Object, Object> changes = new LinkedHashMap<>(fields);
                    changes.remove("error");
                    line.getErr().print(Outline.shortened(changes));
                    line.getErr().flush();
                }
                return null;
            }
        } catch (MalformedBody e) {
            // reported below
        }
        line.getErr().println("stillgate: " + response.from() + " is not the admin API of a gateway");
        return null;
    }

    /** Returns the error of a refusal, after the name of the invalid argument if there is one. */
    private static String reason(Map<?, ?> refusal) {
        String at = refusal.get("at") instanceof String name && !name.isEmpty() ? name + ": " : "";
        return Outline.safe(at + refusal.get("error"));
    }

    /** Prints a page as text, or unchanged with {@code --json}. Returns the command's exit code: 1 without a page. */
    int print(CommandLine line, @Nullable Page page, Function<Map<?, ?>, String> asText) {
        if (page == null) {
            return 1;
        }
        line.getOut().print(json ? page.text() : asText.apply(page.fields()));
        line.getOut().flush();
        return 0;
    }

    /** Returns whether JSON is asked for. */
    boolean isJson() {
        return json;
    }

    /** Returns a text escaped for a path or a query. */
    static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0 && UNRESERVED.indexOf(b) >= 0) {
                out.append((char) b);
            } else {
                out.append(String.format("%%%02X", b & 0xff));
            }
        }
        return out.toString();
    }

    /** Returns the path of a resource, with its id escaped. */
    static String path(String page, String id) {
        return "/" + page + "/" + escaped(id);
    }
}
