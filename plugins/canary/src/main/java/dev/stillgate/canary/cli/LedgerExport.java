package dev.stillgate.canary.cli;

import dev.stillgate.canary.key.KeyNames;
import dev.stillgate.canary.ledger.bundle.CommitmentOpener;
import dev.stillgate.canary.ledger.bundle.EvidenceBundle;
import dev.stillgate.canary.ledger.bundle.EvidenceBundleJson;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The verb {@code ledger export}: writes the evidence that a third party needs to check a claim without the gateway.
 */
@CommandLine.Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = "Write the evidence on a key, which verify-bundle.mjs checks with the public key alone.")
final class LedgerExport implements Callable<Integer> {
    private static final int MAX_MESSAGES = 100_000;
    private static final long MAX_FILE = 64 << 20;

    private final CommitmentOpener opener;
    private final PrintStream out;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--dir", required = true, paramLabel = "DIR", description = "directory of the ledger")
    private Path directory = Path.of("");

    @Option(names = "--key", required = true, paramLabel = "NAME", description = "name of the key")
    private String key = "";

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "where to write the bundle")
    private Path file = Path.of("");

    @Option(
            names = "--message",
            paramLabel = "ID",
            description = "id of an answer to include; repeatable (default: all answers of the key, without their ids)")
    private List<String> messageIds = List.of();

    @Option(names = "--messages", paramLabel = "FILE", description = "ids of answers to include, one a line")
    private @Nullable Path messageFile;

    @Option(
            names = "--head",
            paramLabel = "FILE",
            description = "published head to prove consistency with (default: the kept heads)")
    private @Nullable Path head;

    @Option(
            names = "--signing-key",
            paramLabel = "FILE",
            description = "the ledger's private key (default: signing.pem of the ledger)")
    private @Nullable Path signingKey;

    @Option(names = "--reveal", description = "include what the commitment hashes: key, table digest and plan")
    private boolean reveal;

    @Option(
            names = "--reveal-secret",
            description = "include the epoch's secret too, from which every key of the epoch with a beacon follows")
    private boolean revealSecret;

    @Mixin
    private final KeyOptions keyOptions = new KeyOptions();

    LedgerExport(CommitmentOpener opener, PrintStream out) {
        this.opener = opener;
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        LedgerVerify.requireDirectory(spec, directory);
        if (!reveal && (revealSecret || keyOptions.areGiven())) {
            throw LedgerVerify.misuse(spec, "--secret-file, --table, --beacon and --reveal-secret go with --reveal");
        }
        String epoch = KeyNames.epoch(key);
        Set<String> related = KeyNames.isStratum(key)
                ? Set.of(KeyNames.ofSecret(epoch), KeyNames.ofGlobal(epoch))
                : Set.of(KeyNames.ofSecret(epoch));
        EvidenceBundle bundle = EvidenceBundle.gather(directory, key, related, messages(), signingKey, head);
        if (reveal) {
            CommitmentOpener.Preimages preimages =
                    opener.open(key, keyOptions.secretFile(), keyOptions.tables(), keyOptions.beacon());
            bundle.open(preimages);
            if (revealSecret) {
                bundle.revealSecret(preimages);
            }
        }
        try (OutputStream to = new BufferedOutputStream(Files.newOutputStream(file))) {
            EvidenceBundleJson.write(bundle, to);
        }
        out.println(file + ": key \"" + key + "\" with " + bundle.size() + (reveal ? ", opened" : "")
                + "; check it with verify-bundle.mjs and the public key");
        out.flush();
        return 0;
    }

    private Set<String> messages() throws IOException {
        Set<String> messages = new LinkedHashSet<>(messageIds);
        if (messageFile != null) {
            messages.addAll(lines(messageFile));
        }
        if (messages.size() > MAX_MESSAGES) {
            throw LedgerVerify.misuse(spec, "more than " + MAX_MESSAGES + " messages");
        }
        return messages;
    }

    private List<String> lines(Path from) throws IOException {
        if (Files.size(from) > MAX_FILE) {
            throw LedgerVerify.misuse(spec, from + ": more than " + MAX_FILE + " bytes");
        }
        try {
            return Files.readAllLines(from, StandardCharsets.UTF_8).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (CharacterCodingException e) {
            throw LedgerVerify.misuse(spec, from + ": not UTF-8");
        }
    }
}
