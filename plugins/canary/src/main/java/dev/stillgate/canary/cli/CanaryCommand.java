package dev.stillgate.canary.cli;

import dev.stillgate.canary.proof.LedgerCommitments;
import dev.stillgate.spi.Command;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;

/** The verb {@code canary}. */
public final class CanaryCommand implements Command {
    @Override
    public String name() {
        return "canary";
    }

    @Override
    public String description() {
        return "Mark texts, find marks in a model's answers, and trace a leaked text.";
    }

    @Override
    public int run(List<String> arguments, InputStream in, PrintStream out, PrintStream err) {
        return new CanaryVerbs(System.getenv(), LedgerCommitments::read).run(arguments, in, out, err);
    }
}
