package dev.stillgate.canary.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.function.ToIntFunction;
import picocli.CommandLine;

/** Runs a verb with subcommands on given streams. Exit code 0: success; 2: usage error; failures choose their own. */
final class Verbs {
    private static final int USAGE = 2;

    private final String name;
    private final CommandLine line;

    /**
     * Creates a verb.
     *
     * @param name the verb, which begins every error message
     * @param spec an object with picocli's annotations
     */
    Verbs(String name, Object spec, Object... subcommands) {
        this.name = name;
        line = new CommandLine(spec).setExpandAtFiles(false);
        for (Object subcommand : subcommands) {
            line.addSubcommand(subcommand);
        }
        String version = version();
        line.getCommandSpec().version(version);
        line.getSubcommands().values().forEach(verb -> verb.getCommandSpec().version(version));
    }

    /** Returns the line that {@code stillgate version} prints; the version is that of the jar's manifest. */
    private static String version() {
        String version = Verbs.class.getPackage().getImplementationVersion();
        return "stillgate " + (version == null ? "development" : version) + ", Java " + Runtime.version();
    }

    /**
     * Parses the arguments and runs the subcommand that they name.
     *
     * @param failure maps what a subcommand throws to an exit code
     */
    int run(List<String> arguments, PrintStream out, PrintStream err, ToIntFunction<Exception> failure) {
        return line.setOut(new PrintWriter(out, true, out.charset()))
                .setErr(new PrintWriter(err, true, err.charset()))
                .setParameterExceptionHandler((e, given) -> {
                    err.println(name + ": " + printable(String.valueOf(e.getMessage())));
                    e.getCommandLine().usage(err);
                    return USAGE;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    err.println(name + ": " + printable(describe(e)));
                    return failure.applyAsInt(e);
                })
                .execute(arguments.toArray(String[]::new));
    }

    private static String describe(Exception e) {
        if (e instanceof FileSystemException file) {
            String reason = e instanceof NoSuchFileException ? "no such file" : String.valueOf(file.getReason());
            return file.getFile() + ": " + reason;
        }
        return String.valueOf(e.getMessage());
    }

    /** Replaces control characters, which could act on a terminal. */
    private static String printable(String text) {
        StringBuilder printable = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> printable.appendCodePoint(Character.isISOControl(c) && c != '\n' ? '\ufffd' : c));
        return printable.toString();
    }
}
