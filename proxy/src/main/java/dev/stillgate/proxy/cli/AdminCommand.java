package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Request to the admin API of a running gateway. Arguments are written as HTTPie writes them. */
@Command(
        name = "admin",
        mixinStandardHelpOptions = true,
        description = {
            "Show a page of the admin API, or perform an action.",
            "  stillgate admin GET /clusters/c7",
            "  stillgate admin POST /clusters/c7/confirm by=ann why='one pipeline' revision:=3",
            "Long lists are shortened; --json shows everything.",
            "Exit 0 if done or waiting for further approvals, 1 if refused; nothing changes in that case.",
            "Exit 3 if a confirmation is recorded and not enforced, since the filter is in shadow."
        })
final class AdminCommand implements Callable<Integer> {
    private static final int NOT_ENFORCED = 3;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private AdminQuery query = new AdminQuery();

    @Parameters(index = "0", paramLabel = "GET|POST")
    private Method method = Method.GET;

    @Parameters(
            index = "1",
            paramLabel = "PATH",
            description = "the path of the page or action; other characters than those of a path percent-encoded")
    private String path = "";

    @Parameters(
            index = "2..*",
            paramLabel = "ARGUMENT",
            description = "NAME=TEXT, or NAME:=JSON for numbers, true, false and lists")
    private List<String> arguments = List.of();

    /** Methods of the admin API. */
    enum Method {
        GET,
        POST
    }

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        CommandLine line = spec.commandLine();
        if (!isPath(path)) {
            throw new CommandLine.ParameterException(line, "expected a path such as /clusters/c7");
        }
        Map<String, Object> fields = new LinkedHashMap<>();
        arguments.forEach(argument -> put(line, argument, fields));
        if (method == Method.GET && !fields.isEmpty()) {
            throw new CommandLine.ParameterException(line, "a GET has no arguments; its query is part of the path");
        }
        AdminQuery.Page page = method == Method.GET
                ? query.get(line, path, "the gateway has no " + path)
                : query.post(line, path, fields);
        int exit = query.print(line, page, Outline::shortened);
        String reason = page == null ? null : notEnforced(page.fields());
        if (method == Method.GET || reason == null) {
            return exit;
        }
        line.getErr().println("stillgate: recorded, not enforced: " + Outline.safe(reason));
        return NOT_ENFORCED;
    }

    private static boolean isPath(String text) {
        try {
            return text.startsWith("/") && URI.create("http://gateway" + text).getRawFragment() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void put(CommandLine line, String argument, Map<String, Object> fields) {
        int equals = argument.indexOf('=');
        boolean json = equals > 0 && argument.charAt(equals - 1) == ':';
        String name = argument.substring(0, Math.max(0, json ? equals - 1 : equals));
        if (name.isEmpty()) {
            throw new CommandLine.ParameterException(
                    line, "expected NAME=TEXT or NAME:=JSON, found \"" + Outline.safe(argument) + "\"");
        }
        String text = argument.substring(equals + 1);
        fields.put(name, json ? value(line, name, text) : text);
    }

    private static Object value(CommandLine line, String name, String json) {
        try {
            Object value = JsonValues.read(json.getBytes(StandardCharsets.UTF_8));
            if (value != null) {
                return value;
            }
        } catch (MalformedBody e) {
            // reported below
        }
        throw new CommandLine.ParameterException(line, Outline.safe(name) + ":= needs JSON");
    }

    private static @Nullable String notEnforced(Map<?, ?> page) {
        if (page.get("filters") instanceof Map<?, ?> filters) {
            for (Object part : filters.values()) {
                if (part instanceof Map<?, ?> fields && fields.get("notEnforced") instanceof String reason) {
                    return reason;
                }
            }
        }
        return null;
    }
}
