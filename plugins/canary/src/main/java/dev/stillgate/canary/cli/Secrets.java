package dev.stillgate.canary.cli;

import dev.stillgate.canary.key.MasterSecret;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;

/** The master secret that a verb was told of. */
final class Secrets {
    private Secrets() {}

    static MasterSecret read(Arguments arguments, Map<String, String> environment, PrintStream err)
            throws IOException, Arguments.UsageException {
        String file = arguments.one("--secret-file");
        MasterSecret master = MasterSecret.read(file == null ? null : Path.of(file), environment);
        if (master.isTest()) {
            err.println("canary: warning: no --secret-file and no $" + MasterSecret.VARIABLE
                    + ": keys are derived from the published test secret");
        }
        return master;
    }
}
