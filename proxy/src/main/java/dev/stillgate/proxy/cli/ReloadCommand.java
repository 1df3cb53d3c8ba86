package dev.stillgate.proxy.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets a running gateway put its files in force, or go back. */
@Command(
        name = "reload",
        mixinStandardHelpOptions = true,
        description = {
            "Put changed files in force in a running gateway, or go back.",
            "The files are the policy, the accounts and those that they name.",
            "Exit 0 done, 1 when the files are wrong or nobody answers: then nothing has changed."
        })
final class ReloadCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private AdminAddress admin = new AdminAddress();

    @Option(names = "--force", description = "also when the policy is pinned after a rollback")
    private boolean force;

    @Option(names = "--rollback", description = "go back to the policy before the one in force, and pin it")
    private boolean rollback;

    @Override
    public Integer call() throws Exception {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        if (force && rollback) {
            throw new CommandLine.ParameterException(spec.commandLine(), "expected --force or --rollback, not both");
        }
        AdminAddress.Answer answer =
                admin.post(spec.commandLine(), rollback ? "/rollback" : force ? "/reload?force=true" : "/reload");
        if (answer == null) {
            return 1;
        }
        boolean done = answer.status() == 200;
        (done ? spec.commandLine().getOut() : spec.commandLine().getErr())
                .println(Outline.lines(answer.text().strip()));
        return done ? 0 : 1;
    }
}
