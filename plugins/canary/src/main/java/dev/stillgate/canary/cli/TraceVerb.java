package dev.stillgate.canary.cli;

import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.proof.Audit;
import dev.stillgate.canary.proof.Commitments;
import dev.stillgate.canary.proof.Report;
import dev.stillgate.canary.proof.ReportJson;
import dev.stillgate.canary.proof.ReportMarkdown;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The verb {@code canary trace}: ranks the clusters that a leaked text could have been served to. */
final class TraceVerb extends Verb {
    private static final String USAGE = "usage: stillgate canary trace --suspect LEAK.jsonl|LEAK.txt"
            + " (--keys FILE | --ledger DIR) [--json] [--secret-file FILE] [--table FILE]...";

    private final Map<String, String> environment;
    private final Commitments.Source ledgers;

    TraceVerb(Map<String, String> environment, Commitments.Source ledgers) {
        super(USAGE, Set.of("--suspect", "--keys", "--ledger", "--secret-file", "--table"), Set.of("--json"));
        this.environment = environment;
        this.ledgers = ledgers;
    }

    @Override
    void run(Arguments arguments, PrintStream out, PrintStream err) throws IOException, Arguments.UsageException {
        String suspect = arguments.required("--suspect");
        String keys = arguments.one("--keys");
        String ledger = arguments.one("--ledger");
        if (keys == null && ledger == null) {
            throw new Arguments.UsageException("--keys or --ledger has to name the keys");
        }
        Inputs inputs = Inputs.withTable(arguments.all("--table"));
        MasterSecret master = Secrets.read(arguments, environment, err);
        Commitments commitments = ledger == null ? null : ledgers.open(Path.of(ledger));
        Set<String> names = new LinkedHashSet<>();
        if (keys != null) {
            names.addAll(Inputs.names(keys));
        } else if (commitments != null) {
            names.addAll(commitments.names());
        }
        Report report = new Audit(inputs.sheet(), master, commitments, null).report(names, inputs.text(suspect), null);
        out.print(arguments.has("--json") ? ReportJson.of(report) : ReportMarkdown.of(report));
    }
}
