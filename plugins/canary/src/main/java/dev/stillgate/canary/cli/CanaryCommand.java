package dev.stillgate.canary.cli;

import dev.stillgate.canary.proof.Commitments;
import dev.stillgate.canary.proof.LedgerCommitments;
import dev.stillgate.spi.Command;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;

/** The verb {@code stillgate canary}, which needs no running gateway. */
@CommandLine.Command(
        name = "stillgate canary",
        mixinStandardHelpOptions = true,
        description = CanaryCommand.DESCRIPTION,
        synopsisSubcommandLabel = "mark|verify|trace")
public final class CanaryCommand implements Command {
    static final String DESCRIPTION = "Mark texts, find marks in a model's answers, and trace a leaked text.";

    private final Map<String, String> environment;
    private final Commitments.Source ledgers;
    private final InstantSource clock;

    /** Creates the verb over the process's environment and ledgers on disk. */
    public CanaryCommand() {
        this(System.getenv(), LedgerCommitments::read);
    }

    /** Creates the verb with the system's clock. */
    CanaryCommand(Map<String, String> environment, Commitments.Source ledgers) {
        this(environment, ledgers, InstantSource.system());
    }

    /**
     * Creates the verb.
     *
     * @param environment the environment variables
     * @param ledgers opens the argument of {@code --ledger}
     * @param clock dates saved audits
     */
    CanaryCommand(Map<String, String> environment, Commitments.Source ledgers, InstantSource clock) {
        this.environment = environment;
        this.ledgers = ledgers;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "canary";
    }

    @Override
    public String description() {
        return DESCRIPTION;
    }

    @Override
    public int run(List<String> arguments, InputStream in, PrintStream out, PrintStream err) {
        Verbs verbs = new Verbs(
                name(),
                this,
                new MarkCommand(environment, out, err),
                new VerifyCommand(environment, ledgers, out, err, clock),
                new TraceCommand(environment, ledgers, out, err));
        return verbs.run(arguments, out, err, failure -> 1);
    }
}
