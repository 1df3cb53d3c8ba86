package dev.stillgate.canary.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;

/** One of the verbs {@code canary mark}, {@code canary verify} and {@code canary trace}. */
abstract class Verb {
    private final String usage;
    private final Set<String> options;
    private final Set<String> flags;

    Verb(String usage, Set<String> options, Set<String> flags) {
        this.usage = usage;
        this.options = options;
        this.flags = flags;
    }

    /** Runs it: returns 0 when all went well, 1 when something is invalid or failed, 2 when it was called wrongly. */
    final int run(List<String> words, InputStream in, PrintStream out, PrintStream err) {
        if (words.contains("--help")) {
            out.println(usage);
            return 0;
        }
        try {
            run(new Arguments(words, options, flags), out, err);
            return 0;
        } catch (Arguments.UsageException e) {
            err.println("canary: " + e.getMessage());
            err.println(usage);
            return 2;
        } catch (FileSystemException e) {
            String reason = e instanceof NoSuchFileException ? "no such file" : String.valueOf(e.getReason());
            err.println(e.getFile() + ": " + reason);
            return 1;
        } catch (IOException | IllegalArgumentException e) {
            err.println(e instanceof InvalidPathException ? "not a path: " + e.getMessage() : e.getMessage());
            return 1;
        }
    }

    abstract void run(Arguments arguments, PrintStream out, PrintStream err)
            throws IOException, Arguments.UsageException;
}
