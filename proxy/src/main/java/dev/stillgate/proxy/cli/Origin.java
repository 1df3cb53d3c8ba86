package dev.stillgate.proxy.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that name the author of an order and the reason, both optional. */
final class Origin {
    @Option(names = "--by", paramLabel = "NAME", description = "your name, for the record")
    private @Nullable String by;

    @Option(names = "--why", paramLabel = "TEXT", description = "the reason, for the record")
    private @Nullable String why;

    /** Returns the given options as arguments of an action of the admin API. */
    Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        if (by != null) {
            arguments.put("by", by);
        }
        if (why != null) {
            arguments.put("why", why);
        }
        return arguments;
    }
}
