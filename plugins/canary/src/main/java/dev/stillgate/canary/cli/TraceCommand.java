package dev.stillgate.canary.cli;

import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.proof.AuditReport;
import dev.stillgate.canary.proof.AuditReportJson;
import dev.stillgate.canary.proof.AuditReportMarkdown;
import dev.stillgate.canary.proof.Commitments;
import dev.stillgate.canary.proof.SuspectAudit;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The verb {@code canary trace}: ranks the clusters to which a leaked text may have been served. */
@CommandLine.Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = "Rank the clusters to which a leaked text may have been served.")
final class TraceCommand implements Callable<Integer> {
    private final Map<String, String> environment;
    private final Commitments.Source ledgers;
    private final PrintStream out;
    private final PrintStream err;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--suspect",
            required = true,
            paramLabel = "FILE",
            description = "the leaked text: .txt or .md as one text, else JSON lines with \"text\"")
    private String suspect = "";

    @Option(names = "--keys", paramLabel = "FILE", description = "names of the keys to test, one a line")
    private @Nullable Path keys;

    @Option(
            names = "--ledger",
            paramLabel = "DIR",
            description = "ledger, or list of commitments; names the keys unless --keys does")
    private @Nullable Path ledger;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    @Mixin
    private final KeyOptions keyOptions = new KeyOptions();

    TraceCommand(Map<String, String> environment, Commitments.Source ledgers, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.ledgers = ledgers;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        if (keys == null && ledger == null && spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--keys or --ledger must name the keys");
        }
        Inputs inputs = Inputs.withTable(keyOptions.tables());
        KeyDeriver deriver = keyOptions.deriver(inputs.sheet(), environment, err);
        Commitments commitments = ledger == null ? null : ledgers.open(ledger);
        Set<String> names = new LinkedHashSet<>();
        if (keys != null) {
            names.addAll(Inputs.names(keys));
        } else if (commitments != null) {
            names.addAll(commitments.names());
        }
        AuditReport report = new SuspectAudit(deriver, commitments, null).report(names, inputs.text(suspect), null);
        out.print(json ? AuditReportJson.of(report) : AuditReportMarkdown.of(report));
        return 0;
    }
}
