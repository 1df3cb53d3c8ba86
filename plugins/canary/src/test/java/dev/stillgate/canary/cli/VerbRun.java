package dev.stillgate.canary.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.stillgate.spi.Command;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A verb that is run in this process, and what its last run printed. */
final class VerbRun {
    private static final Path VERIFIER = Path.of("verify-bundle.mjs").toAbsolutePath();

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Runs a verb and returns its exit code. */
    int of(Command verb, List<String> arguments) {
        out.reset();
        err.reset();
        try {
            return verb.run(
                    arguments,
                    InputStream.nullInputStream(),
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    new PrintStream(err, true, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a verb and returns its exit code. */
    int of(Command verb, String... arguments) {
        return of(verb, List.of(arguments));
    }

    /**
     * Runs the independent verifier of bundles and returns its exit code; skips the test without Node.
     *
     * @param directory for the output
     */
    int verifyBundle(Path directory, Path bundle, Path publicKey, String... more) throws Exception {
        List<String> command = new ArrayList<>(
                List.of("node", VERIFIER.toString(), bundle.toString(), "--public-key", publicKey.toString()));
        command.addAll(List.of(more));
        Path said = directory.resolve("said");
        Path complained = directory.resolve("complained");
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectOutput(said.toFile())
                    .redirectError(complained.toFile())
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "node is not on the PATH, so the independent verifier is not run");
            throw e;
        }
        int status = process.waitFor();
        out.reset();
        err.reset();
        out.write(Files.readAllBytes(said));
        err.write(Files.readAllBytes(complained));
        return status;
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
