package dev.stillgate.proxy.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** The result of running the command: its exit code and output. */
record Lines(int exit, String out, String err) {
    static Lines of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine command = Main.command();
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        int exit = command.execute(arguments);
        return new Lines(exit, out.toString(), err.toString());
    }
}
