package dev.stillgate.proxy.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Reloads the files of a running gateway, or rolls back. */
@Command(
        name = "reload",
        mixinStandardHelpOptions = true,
        description = {
            "Reload the files of a running gateway, or roll back.",
            "The files are the policy, the accounts, and the files that they name.",
            "Exit 0 if done, 1 if a file is invalid or the gateway does not respond; nothing changes in that case."
        })
final class ReloadCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private AdminAddress admin = new AdminAddress();

    @Option(
            names = "--force",
            description = "reload even if the policy is pinned after a rollback, or many accounts are removed")
    private boolean force;

    @Option(
            names = "--rollback",
            description = "put the previous policy in force again at this gateway and pin it; accounts stay")
    private boolean rollback;

    @Option(names = "--to", paramLabel = "N", description = "with --rollback: the generation, from stillgate history")
    private @Nullable Long to;

    @Mixin
    private Origin origin = new Origin();

    @Override
    public Integer call() throws Exception {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        if (force && rollback) {
            throw new CommandLine.ParameterException(spec.commandLine(), "expected --force or --rollback, not both");
        }
        if (to != null && !rollback) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--to needs --rollback");
        }
        String path = rollback ? "/rollback" : "/reload";
        String query = to != null ? "?to=" + to : force ? "?force=true" : "";
        AdminAddress.Response response = admin.post(spec.commandLine(), path + query, origin.arguments());
        if (response == null) {
            return 1;
        }
        boolean done = response.status() == 200;
        (done ? spec.commandLine().getOut() : spec.commandLine().getErr())
                .println(Outline.lines(response.text().strip()));
        return done ? 0 : 1;
    }
}
