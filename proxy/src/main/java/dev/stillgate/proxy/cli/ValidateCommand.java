package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.validate.Validation;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Validates the configuration files without starting a gateway. */
@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description = {
            "Check stillgate.yaml, the policy and the accounts.",
            "All errors are printed with file:line:column, and warnings about settings without effect. Nothing "
                    + "is contacted; host names of upstreams are not resolved.",
            "Exit 0 if valid, 1 if not valid, 2 on wrong usage."
        })
final class ValidateCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(names = "--strict", description = "treat warnings as errors")
    private boolean strict;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Validation.Result found = Validation.of(config.path(), Environment.system());
        for (Problem warning : found.warnings()) {
            err.println(warning.at() + ": warning: " + warning.message());
        }
        found.errors().forEach(err::println);
        boolean valid = found.errors().isEmpty() && (!strict || found.warnings().isEmpty());
        (valid ? out : err)
                .println(config.path() + ": " + (valid ? "valid" : "not valid: ")
                        + (valid ? "" : count(found.errors().size(), "error"))
                        + (found.warnings().isEmpty()
                                ? ""
                                : ", " + count(found.warnings().size(), "warning")));
        if (valid && found.unchecked() != null) {
            err.println("stillgate: not checked: a reload of a running gateway refuses " + found.unchecked()
                    + " if many accounts, or restricted ones, are missing");
        }
        out.flush();
        return valid ? 0 : 1;
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
