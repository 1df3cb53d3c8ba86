package dev.stillgate.spi;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;

/**
 * A verb of the {@code stillgate} command that a plugin brings; found by {@link java.util.ServiceLoader} among the
 * gateway's own jars. It runs in a process of its own, without a gateway.
 */
public interface Command {
    /** Returns the verb: lower case letters and {@code -}, the first argument of the command. */
    String name();

    /** Returns one sentence that says what it does, for the list of verbs. */
    String description();

    /**
     * Runs it.
     *
     * @param arguments what stands behind the verb
     * @return the exit code: 0 well, 1 invalid or failed, 2 usage
     * @throws IOException when something cannot be read or written; its message is shown, and the exit code is 1
     */
    int run(List<String> arguments, InputStream in, PrintStream out, PrintStream err) throws IOException;
}
