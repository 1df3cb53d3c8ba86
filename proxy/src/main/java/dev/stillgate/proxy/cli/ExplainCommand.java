package dev.stillgate.proxy.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a running gateway knows of a thing, and why it does what it does to it. */
@Command(
        name = "explain",
        description = "Show what a running gateway knows of an account or a cluster, and why.",
        synopsisSubcommandLabel = "account|cluster")
final class ExplainCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    /** Without a verb of its own: says how it is used. */
    @Override
    public void run() {
        if (spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "what is to be explained is missing");
        }
    }

    @Command(name = "account", description = "Show an account: its standing, and what each filter knows of it.")
    int account(
            @Mixin AdminQuestion question,
            @Parameters(paramLabel = "ID", description = "the account's id, h1:… for one that is not listed") String id)
            throws Exception {
        return ask(question, "account", "accounts", id);
    }

    @Command(name = "cluster", description = "Show a cluster: its members, what joins them, and since when.")
    int cluster(
            @Mixin AdminQuestion question, @Parameters(paramLabel = "ID", description = "the cluster's id") String id)
            throws Exception {
        return ask(question, "cluster", "clusters", id);
    }

    private int ask(AdminQuestion question, String what, String page, String id) throws Exception {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        return question.ask(spec.commandLine(), what, page, id);
    }
}
