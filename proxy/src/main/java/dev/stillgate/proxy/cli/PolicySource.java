package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.chain.StateDirectory;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.policy.PolicyArchive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options that locate the policies that were in force: a running gateway, or the state directory of a stopped one. */
final class PolicySource {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Mixin
    private AdminAddress admin = new AdminAddress();

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description = "read the state directory instead of asking a running gateway")
    private @Nullable Path state;

    /**
     * Returns the command line that has these options.
     *
     * @throws IllegalStateException if the object is not run as a command
     */
    CommandLine line() {
        if (command == null) {
            throw new IllegalStateException("not run as a command");
        }
        return command.commandLine();
    }

    /** Returns the generations, the newest first; prints the reason and returns null if they cannot be had. */
    @Nullable
    List<PolicyArchive.Entry> entries() throws ConfigException, InterruptedException, IOException {
        if (state != null) {
            return archive(state).entries();
        }
        Object page = page("/policies");
        if (!(page instanceof List<?> items)) {
            return null;
        }
        List<PolicyArchive.Entry> entries = new ArrayList<>();
        for (Object item : items) {
            if (item instanceof Map<?, ?> fields && fields.get("generation") instanceof Number generation) {
                entries.add(new PolicyArchive.Entry(
                        generation.longValue(),
                        fields.get("since") instanceof String since ? Instant.parse(since) : null,
                        String.valueOf(fields.get("cause")),
                        text(fields, "by"),
                        text(fields, "why"),
                        String.valueOf(fields.get("sha256")),
                        fields.get("changes") instanceof List<?> changes
                                ? changes.stream().map(String::valueOf).toList()
                                : List.of(),
                        generation.longValue()));
            }
        }
        return entries;
    }

    private static @Nullable String text(Map<?, ?> fields, String name) {
        return fields.get(name) instanceof String text ? text : null;
    }

    /** Returns what to say about the latest generation: whether it is in force, and pinned. */
    String latest() throws ConfigException, InterruptedException {
        if (state != null) {
            return "  [last in force]";
        }
        boolean pinned = page("/config") instanceof Map<?, ?> fields && Boolean.TRUE.equals(fields.get("pinned"));
        return pinned ? "  [in force, pinned by a rollback]" : "  [in force]";
    }

    /** Returns the text of a generation; prints the reason and returns null if it cannot be had. */
    @Nullable
    String text(long generation) throws ConfigException, InterruptedException, IOException {
        if (state == null) {
            return page("/policies/" + generation) instanceof Map<?, ?> fields ? text(fields, "yaml") : null;
        }
        String text = archive(state).text(generation);
        if (text == null) {
            line().getErr().println("stillgate: " + state + " has no policy generation " + generation);
        }
        return text;
    }

    private static PolicyArchive archive(Path state) throws IOException {
        Path directory = StateDirectory.policies(state);
        if (!Files.isDirectory(directory)) {
            throw new IOException(state + " has no archived policies");
        }
        return new PolicyArchive(directory);
    }

    private @Nullable Object page(String path) throws ConfigException, InterruptedException {
        AdminAddress.Response response = admin.get(line(), path);
        if (response == null) {
            return null;
        }
        try {
            if (response.status() == 200) {
                return JsonValues.read(response.text().getBytes(StandardCharsets.UTF_8));
            }
        } catch (MalformedBody e) {
            // reported below
        }
        line().getErr()
                .println("stillgate: " + response.from() + " has no page " + path + ": status " + response.status());
        return null;
    }
}
