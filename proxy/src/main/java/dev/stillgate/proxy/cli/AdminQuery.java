package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Query of the admin API of a running gateway, and the output of its result. */
final class AdminQuery {
    private static final String UNRESERVED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    @Mixin
    private AdminAddress admin = new AdminAddress();

    @Option(names = "--json", description = "print the admin's JSON unchanged")
    private boolean json;

    /** Gets the page of a resource and prints it. Returns the command's exit code. */
    int run(CommandLine line, String what, String page, String id) throws ConfigException, InterruptedException {
        AdminAddress.Response response = admin.get(line, "/" + page + "/" + escaped(id));
        if (response == null) {
            return 1;
        }
        if (response.status() == 404) {
            line.getErr().println("stillgate: no " + what + " \"" + Outline.safe(id) + "\" is known");
            return 1;
        }
        return show(line, response);
    }

    private int show(CommandLine line, AdminAddress.Response response) {
        try {
            if (JsonValues.read(response.text().getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> page) {
                if (response.status() == 200) {
                    line.getOut().print(json ? response.text() : Outline.of(page));
                    line.getOut().flush();
                    return 0;
                }
                Object error = page.get("error");
                line.getErr()
                        .println("stillgate: " + response.from() + " refuses: " + Outline.safe(String.valueOf(error)));
                return 1;
            }
        } catch (MalformedBody e) {
            // reported below
        }
        line.getErr().println("stillgate: " + response.from() + " is not the admin API of a gateway");
        return 1;
    }

    private static String escaped(String id) {
        StringBuilder out = new StringBuilder();
        for (byte b : id.getBytes(StandardCharsets.UTF_8)) {
            if (b > 0 && UNRESERVED.indexOf(b) >= 0) {
                out.append((char) b);
            } else {
                out.append(String.format("%%%02X", b & 0xff));
            }
        }
        return out.toString();
    }
}
