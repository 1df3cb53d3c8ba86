package dev.stillgate.proxy.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of an operator's decision: its author, its reason and its duration. */
final class ReviewDecision {
    @Option(
            names = "--by",
            paramLabel = "NAME",
            description = "your name, for the audit log; needed where your token does not tell it")
    private @Nullable String by;

    @Option(names = "--why", paramLabel = "TEXT", required = true, description = "the reason, for the audit log")
    private String why = "";

    @Option(
            names = "--for",
            paramLabel = "TIME",
            description = "how long the decision holds, such as 30d (default: the policy's review.expireAfter)")
    private @Nullable String duration;

    @Option(names = "--create", description = "decide about an account that is not listed and was never seen")
    private boolean create;

    /** Returns whether an unknown account is created. */
    boolean isCreating() {
        return create;
    }

    /** Returns the decision as arguments of an action of the admin API. */
    Map<String, Object> arguments() {
        Map<String, Object> arguments = new LinkedHashMap<>();
        if (by != null) {
            arguments.put("by", by);
        }
        arguments.put("why", why);
        if (duration != null) {
            arguments.put("for", duration);
        }
        return arguments;
    }
}
