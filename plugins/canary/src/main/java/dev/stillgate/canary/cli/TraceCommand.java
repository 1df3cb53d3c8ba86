package dev.stillgate.canary.cli;

import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.proof.AuditReport;
import dev.stillgate.canary.proof.AuditReportJson;
import dev.stillgate.canary.proof.AuditReportMarkdown;
import dev.stillgate.canary.proof.Commitments;
import dev.stillgate.canary.proof.SuspectAudit;
import dev.stillgate.canary.sketch.AccountReport;
import dev.stillgate.canary.sketch.AccountReportJson;
import dev.stillgate.canary.sketch.AccountReportMarkdown;
import dev.stillgate.canary.sketch.AccountTrace;
import dev.stillgate.canary.sketch.SketchKey;
import dev.stillgate.canary.sketch.SketchStore;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The verb {@code canary trace}: ranks the clusters to which a leaked text may have been served, or names the accounts
 * that were served it.
 */
@CommandLine.Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        description = "Rank the clusters to which a leaked text may have been served, or name the accounts.")
final class TraceCommand implements Callable<Integer> {
    private final Map<String, String> environment;
    private final Commitments.Source source;
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
            names = "--account",
            description = "name the accounts that were served the text, by the sketches beside --ledger")
    private boolean account;

    @Option(
            names = "--ledger",
            paramLabel = "DIR",
            description = "ledger, or list of commitments; names the keys unless --keys does; with --account"
                    + " repeatable, once for each gateway")
    private List<Path> ledgers = List.of();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    @Mixin
    private final KeyOptions keyOptions = new KeyOptions();

    TraceCommand(Map<String, String> environment, Commitments.Source source, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.source = source;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        checkOptions();
        return account ? accounts() : clusters();
    }

    private void checkOptions() {
        String problem = account
                ? ledgers.isEmpty() || keys != null ? "--account needs --ledger, and no --keys" : null
                : ledgers.size() > 1
                        ? "several --ledger only with --account"
                        : keys == null && ledgers.isEmpty() ? "--keys or --ledger must name the keys" : null;
        if (problem != null && spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), problem);
        }
    }

    private int accounts() throws IOException {
        List<Path> sketches = new ArrayList<>();
        for (Path ledger : ledgers) {
            Path beside = ledger.toAbsolutePath().normalize().resolveSibling(SketchStore.DIRECTORY);
            if (!Files.isDirectory(beside)) {
                throw new NoSuchFileException(beside.toString());
            }
            sketches.add(beside);
        }
        AccountTrace trace = new AccountTrace(SketchKey.of(keyOptions.secret(environment, err)), sketches);
        Inputs.texts(suspect, trace::read);
        AccountReport report = trace.report();
        out.print(json ? AccountReportJson.of(report) : AccountReportMarkdown.of(report));
        return 0;
    }

    private int clusters() throws IOException {
        Inputs inputs = Inputs.withTable(keyOptions.tables());
        KeyDeriver deriver = keyOptions.deriver(inputs.sheet(), environment, err);
        Commitments commitments = ledgers.isEmpty() ? null : source.open(ledgers.getFirst());
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
