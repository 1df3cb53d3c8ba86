package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.ConfigException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the review queue of a running gateway. */
@Command(
        name = "review",
        mixinStandardHelpOptions = true,
        description = {
            "List the clusters and accounts to decide about, most suspicious first.",
            "stillgate admin shows the evidence about one, and decides."
        })
final class ReviewCommand implements Callable<Integer> {
    private static final int MOST = 1000;

    /** Subcommands that {@code stillgate admin POST} replaced. */
    private static final Set<String> DECISIONS = Set.of("confirm", "refute", "hide", "unhide", "vouch", "unlabel");

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private AdminQuery query = new AdminQuery();

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "the number of clusters and accounts to show, 1 to " + MOST + " (default: 25)")
    private @Nullable Integer limit;

    @CommandLine.Unmatched
    private List<String> unknown = new ArrayList<>();

    @Override
    public Integer call() throws ConfigException, InterruptedException {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        CommandLine line = spec.commandLine();
        if (!unknown.isEmpty()) {
            throw new CommandLine.ParameterException(line, instead(unknown.getFirst()));
        }
        if (limit != null && (limit < 1 || limit > MOST)) {
            throw new CommandLine.ParameterException(line, "expected --limit from 1 to " + MOST);
        }
        AdminQuery.Page page = query.get(
                line,
                limit == null ? "/review" : "/review?limit=" + limit,
                "the gateway has no review queue: its policy needs a fingerprint filter");
        return query.print(line, page, ReviewTable::of);
    }

    private static String instead(String word) {
        if (word.equals("show")) {
            return "review show is now: stillgate admin GET /clusters/ID, or /accounts/ID";
        }
        return DECISIONS.contains(word)
                ? "review " + word + " is now: stillgate admin POST /clusters/ID/" + word
                        + " by=NAME why=TEXT revision:=N, or /accounts/ID/" + word + " without a revision"
                : "unknown argument \"" + Outline.safe(word) + "\"";
    }
}
