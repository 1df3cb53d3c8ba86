package dev.stillgate.canary.cli;

import dev.stillgate.canary.key.Beacon;
import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.key.MasterSecret;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options from which keys are derived: the master secret, the class table and the beacon. */
final class KeyOptions {
    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description = "file with the master secret (default: $STILLGATE_CANARY_SECRET)")
    private @Nullable Path secretFile;

    @Option(
            names = "--table",
            paramLabel = "FILE",
            description = "class table; repeatable (default: the English table of this version)")
    private List<Path> tables = List.of();

    @Option(
            names = "--beacon",
            paramLabel = "FILE",
            description = "the beacon that is mixed into keys: two lines, its value and its source")
    private @Nullable Path beacon;

    @Nullable
    Path secretFile() {
        return secretFile;
    }

    List<Path> tables() {
        return tables;
    }

    @Nullable
    Path beacon() {
        return beacon;
    }

    /** Returns whether any of the options is given. */
    boolean areGiven() {
        return secretFile != null || !tables.isEmpty() || beacon != null;
    }

    /** Reads what keys of a table are derived from; warns on {@code err} when it is the published test secret. */
    KeyDeriver deriver(ClassSheet sheet, Map<String, String> environment, PrintStream err) throws IOException {
        return new KeyDeriver(secret(environment, err), sheet, beacon == null ? null : Beacon.read(beacon));
    }

    /** Reads the master secret; warns on {@code err} when it is the published test secret. */
    MasterSecret secret(Map<String, String> environment, PrintStream err) throws IOException {
        MasterSecret master = MasterSecret.read(secretFile, environment);
        if (master.isTest()) {
            err.println("canary: warning: no --secret-file and no $" + MasterSecret.VARIABLE
                    + ": keys are derived from the published test secret");
        }
        return master;
    }
}
