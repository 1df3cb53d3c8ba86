package dev.stillgate.canary.cli;

import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.key.KeyNames;
import dev.stillgate.canary.proof.AuditReport;
import dev.stillgate.canary.proof.AuditReportJson;
import dev.stillgate.canary.proof.AuditReportMarkdown;
import dev.stillgate.canary.proof.Commitments;
import dev.stillgate.canary.proof.Preregistration;
import dev.stillgate.canary.proof.SavedAudit;
import dev.stillgate.canary.proof.SavedAudits;
import dev.stillgate.canary.proof.SiteReader;
import dev.stillgate.canary.proof.SuspectAudit;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
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

/** The verb {@code canary verify}: tests a suspect's answers for the mark of a key and reports an exact p-value. */
@CommandLine.Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Test a suspect's answers for the mark of a key; reports an exact p-value.")
final class VerifyCommand implements Callable<Integer> {
    private final Map<String, String> environment;
    private final Commitments.Source ledgers;
    private final PrintStream out;
    private final PrintStream err;
    private final InstantSource clock;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--key", paramLabel = "NAME", description = "key to test; repeatable")
    private List<String> keys = List.of();

    @Option(
            names = "--account",
            paramLabel = "ID/EPOCH",
            description = "account whose own key to test, such as a-1/2026-Q4; repeatable")
    private List<String> accounts = List.of();

    @Option(names = "--all-keys", description = "test all keys of --preregistered, else of --ledger")
    private boolean allKeys;

    @Option(
            names = "--suspect",
            required = true,
            paramLabel = "FILE",
            description = "the suspect's answers: JSON lines with \"text\" and perhaps \"prompt\"")
    private String suspect = "";

    @Option(
            names = "--reference",
            paramLabel = "FILE",
            description = "answers made without the key, which add power; repeatable")
    private List<String> references = List.of();

    @Option(names = "--ledger", paramLabel = "DIR", description = "ledger, or list of commitments")
    private @Nullable Path ledger;

    @Option(names = "--preregistered", paramLabel = "FILE", description = "preregistration of the audit")
    private @Nullable Path preregistered;

    @Option(
            names = "--save",
            paramLabel = "NAME",
            description = "keep the result beside --ledger, for dossiers, as an audit of the suspect NAME")
    private @Nullable String save;

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    @Mixin
    private final KeyOptions keyOptions = new KeyOptions();

    VerifyCommand(
            Map<String, String> environment,
            Commitments.Source ledgers,
            PrintStream out,
            PrintStream err,
            InstantSource clock) {
        this.environment = environment;
        this.ledgers = ledgers;
        this.out = out;
        this.err = err;
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        checkKeys();
        Inputs inputs = Inputs.withTable(keyOptions.tables());
        KeyDeriver deriver = keyOptions.deriver(inputs.sheet(), environment, err);
        Commitments commitments = ledger == null ? null : ledgers.open(ledger);
        Preregistration preregistration = preregistered == null ? null : Preregistration.read(preregistered);
        SiteReader answers = inputs.answers(List.of(suspect));
        SiteReader reference = references.isEmpty() ? null : inputs.answers(references);
        AuditReport report = new SuspectAudit(deriver, commitments, preregistration)
                .report(names(deriver, commitments, preregistration), answers, reference);
        out.print(json ? AuditReportJson.of(report) : AuditReportMarkdown.of(report));
        if (save != null && ledger != null) {
            SavedAudits audits = new SavedAudits(SavedAudits.beside(ledger), err::println);
            audits.save(SavedAudit.of(report, save, clock.instant()));
        }
        return 0;
    }

    private void checkKeys() {
        String problem = keyProblem();
        if (problem == null && save != null) {
            problem = ledger == null || !Files.isDirectory(ledger)
                    ? "--save needs --ledger with the directory of a ledger"
                    : SavedAudit.isName(save) ? null : "--save takes a name of 1 to 200 characters";
        }
        if (problem != null && spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), problem);
        }
    }

    private @Nullable String keyProblem() {
        boolean named = !keys.isEmpty() || !accounts.isEmpty();
        return named == allKeys
                ? "either --key or --all-keys"
                : allKeys && ledger == null && preregistered == null
                        ? "--all-keys needs --ledger or --preregistered, which names the keys"
                        : accounts.stream().allMatch(account -> account.indexOf('/') > 0)
                                ? null
                                : "--account takes an account and an epoch, such as a-1/2026-Q4";
    }

    private Collection<String> names(
            KeyDeriver deriver, @Nullable Commitments commitments, @Nullable Preregistration preregistration) {
        if (!allKeys) {
            Set<String> names = new LinkedHashSet<>(keys);
            for (String account : accounts) {
                int slash = account.lastIndexOf('/');
                names.add(deriver.ofAccount(account.substring(0, Math.max(0, slash)), KeyNames.epoch(account)));
            }
            return names;
        }
        return preregistration != null ? preregistration.keys() : commitments != null ? commitments.names() : List.of();
    }
}
