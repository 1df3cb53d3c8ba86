package dev.stillgate.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;

/**
 * A subcommand of {@code stillgate} provided by a plugin, found by {@link java.util.ServiceLoader} among the gateway's
 * own jars. It runs in a process of its own, without a gateway.
 */
public interface Command {
    /** Returns the subcommand's name: lower-case letters and {@code -}. */
    String name();

    /** Returns a one-sentence description for the list of subcommands. */
    String description();

    /**
     * Runs the subcommand.
     *
     * @param arguments the arguments after the name
     * @return the exit code: 0 success, 1 invalid input or failure, 2 usage error
     * @throws IOException if reading or writing fails; its message is printed and the exit code is 1
     */
    int run(List<String> arguments, InputStream in, PrintStream out, PrintStream err) throws IOException;
}
