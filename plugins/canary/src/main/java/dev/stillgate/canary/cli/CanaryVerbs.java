package dev.stillgate.canary.cli;

import dev.stillgate.canary.proof.Commitments;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/** The verbs {@code canary mark|verify|trace}, which run without a gateway. */
public final class CanaryVerbs {
    private static final String USAGE = "usage: stillgate canary mark|verify|trace [--help]";

    private final Map<String, String> environment;
    private final Commitments.Source ledgers;

    /**
     * Takes what is around.
     *
     * @param environment the process's variables
     * @param ledgers opens what {@code --ledger} names
     */
    public CanaryVerbs(Map<String, String> environment, Commitments.Source ledgers) {
        this.environment = Map.copyOf(environment);
        this.ledgers = ledgers;
    }

    /** Runs a verb: returns 0 when all went well, 1 when something is invalid or failed, 2 when it was called wrongly. */
    public int run(List<String> args, InputStream in, PrintStream out, PrintStream err) {
        List<String> rest = args.isEmpty() ? args : args.subList(1, args.size());
        return switch (args.isEmpty() ? "" : args.getFirst()) {
            case "mark" -> new MarkVerb(environment).run(rest, in, out, err);
            case "verify" -> new VerifyVerb(environment, ledgers).run(rest, in, out, err);
            case "trace" -> new TraceVerb(environment, ledgers).run(rest, in, out, err);
            case "--help" -> {
                out.println(USAGE);
                yield 0;
            }
            default -> {
                err.println(USAGE);
                yield 2;
            }
        };
    }
}
