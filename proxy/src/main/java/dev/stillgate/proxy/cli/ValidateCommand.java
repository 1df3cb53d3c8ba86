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

/** Checks the configuration without serving. */
@Command(
        name = "validate",
        mixinStandardHelpOptions = true,
        description = {
            "Check stillgate.yaml, the policy and the accounts.",
            "Everything that is wrong is printed, with file:line:column, and what is right and can have no effect. Nothing "
                    + "is contacted; names of upstreams are not resolved.",
            "Exit 0 valid, 1 not valid, 2 usage."
        })
final class ValidateCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(names = "--strict", description = "take warnings as errors")
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
        out.flush();
        return valid ? 0 : 1;
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
