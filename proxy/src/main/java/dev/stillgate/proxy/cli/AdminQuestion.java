package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A question to the admin of a running gateway, and how the answer is shown. */
final class AdminQuestion {
    private static final String UNRESERVED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    @Mixin
    private AdminAddress admin = new AdminAddress();

    @Option(names = "--json", description = "print the JSON as the admin gives it")
    private boolean json;

    /** Asks for the page of a thing and prints it; returns the command's exit code. */
    int ask(CommandLine line, String what, String page, String id) throws ConfigException, InterruptedException {
        AdminAddress.Answer answer = admin.get(line, "/" + page + "/" + escaped(id));
        if (answer == null) {
            return 1;
        }
        if (answer.status() == 404) {
            line.getErr().println("stillgate: no " + what + " \"" + Outline.safe(id) + "\" is known");
            return 1;
        }
        return show(line, answer);
    }

    private int show(CommandLine line, AdminAddress.Answer answer) {
        try {
            if (JsonValues.read(answer.text().getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> page) {
                if (answer.status() == 200) {
                    line.getOut().print(json ? answer.text() : Outline.of(page));
                    line.getOut().flush();
                    return 0;
                }
                Object error = page.get("error");
                line.getErr()
                        .println("stillgate: " + answer.from() + " refuses: " + Outline.safe(String.valueOf(error)));
                return 1;
            }
        } catch (MalformedBody e) {
            // said below
        }
        line.getErr().println("stillgate: what answers on " + answer.from() + " is no admin of a gateway");
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
