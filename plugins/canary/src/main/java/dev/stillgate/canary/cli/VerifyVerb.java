package dev.stillgate.canary.cli;

import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.proof.Audit;
import dev.stillgate.canary.proof.Commitments;
import dev.stillgate.canary.proof.Preregistration;
import dev.stillgate.canary.proof.Report;
import dev.stillgate.canary.proof.ReportJson;
import dev.stillgate.canary.proof.ReportMarkdown;
import dev.stillgate.canary.proof.SiteReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The verb {@code canary verify}: says whether a suspect's answers bear the mark of a key, with an exact p. */
final class VerifyVerb extends Verb {
    private static final String USAGE = "usage: stillgate canary verify (--key NAME | --all-keys) --suspect S.jsonl"
            + " [--reference R.jsonl]... [--ledger DIR] [--preregistered FILE] [--json] [--secret-file FILE] [--table FILE]...";

    private final Map<String, String> environment;
    private final Commitments.Source ledgers;

    VerifyVerb(Map<String, String> environment, Commitments.Source ledgers) {
        super(
                USAGE,
                Set.of("--key", "--suspect", "--reference", "--ledger", "--preregistered", "--secret-file", "--table"),
                Set.of("--all-keys", "--json"));
        this.environment = environment;
        this.ledgers = ledgers;
    }

    @Override
    void run(Arguments arguments, PrintStream out, PrintStream err) throws IOException, Arguments.UsageException {
        String suspect = arguments.required("--suspect");
        String ledger = arguments.one("--ledger");
        String registered = arguments.one("--preregistered");
        if (arguments.has("--key") == arguments.has("--all-keys")) {
            throw new Arguments.UsageException("either --key or --all-keys");
        }
        if (arguments.has("--all-keys") && ledger == null && registered == null) {
            throw new Arguments.UsageException("--all-keys needs --ledger or --preregistered, which names the keys");
        }
        Inputs inputs = Inputs.withTable(arguments.all("--table"));
        MasterSecret master = Secrets.read(arguments, environment, err);
        Commitments commitments = ledger == null ? null : ledgers.open(Path.of(ledger));
        Preregistration preregistration = registered == null ? null : Preregistration.read(Path.of(registered));
        SiteReader answers = inputs.answers(List.of(suspect));
        List<String> references = arguments.all("--reference");
        SiteReader reference = references.isEmpty() ? null : inputs.answers(references);
        Report report = new Audit(inputs.sheet(), master, commitments, preregistration)
                .report(asked(arguments, commitments, preregistration), answers, reference);
        out.print(arguments.has("--json") ? ReportJson.of(report) : ReportMarkdown.of(report));
    }

    private static Collection<String> asked(
            Arguments arguments, @Nullable Commitments commitments, @Nullable Preregistration preregistration) {
        if (arguments.has("--key")) {
            return Set.copyOf(arguments.all("--key"));
        }
        return preregistration != null ? preregistration.keys() : commitments != null ? commitments.names() : List.of();
    }
}
