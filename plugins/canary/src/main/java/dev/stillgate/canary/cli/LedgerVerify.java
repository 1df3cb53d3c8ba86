package dev.stillgate.canary.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.stillgate.canary.ledger.LedgerCheck;
import dev.stillgate.canary.ledger.head.SignedHead;
import dev.stillgate.canary.ledger.head.VerifierKey;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The verb {@code ledger verify}: recomputes every hash of a ledger and checks all its signed heads. */
@CommandLine.Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Recompute every hash of a ledger and check all its signed heads.")
final class LedgerVerify implements Callable<Integer> {
    private final PrintStream out;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--dir", required = true, paramLabel = "DIR", description = "directory of the ledger")
    private Path directory = Path.of("");

    @Option(
            names = "--public-key",
            paramLabel = "FILE",
            description = "public key of the ledger (default: ledger.pub of the ledger)")
    private @Nullable Path publicKey;

    @Option(names = "--head", paramLabel = "FILE", description = "published head to check as well; repeatable")
    private List<Path> heads = List.of();

    @Option(names = "--json", description = "print JSON")
    private boolean json;

    LedgerVerify(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() throws IOException {
        requireDirectory(spec, directory);
        VerifierKey key = VerifierKey.read(publicKey == null ? directory.resolve(VerifierKey.FILE) : publicKey);
        LedgerCheck.Findings findings = LedgerCheck.of(directory, key, heads);
        out.print(json ? json(directory, key, findings) : plain(directory, key, findings));
        out.flush();
        return 0;
    }

    static void requireDirectory(@Nullable CommandSpec spec, Path directory) {
        if (!Files.isDirectory(directory)) {
            throw misuse(spec, "no directory " + directory);
        }
    }

    /** Returns the exception that reports a usage error. */
    static CommandLine.ParameterException misuse(@Nullable CommandSpec spec, String message) {
        return new CommandLine.ParameterException(Objects.requireNonNull(spec).commandLine(), message);
    }

    private static String plain(Path directory, VerifierKey key, LedgerCheck.Findings found) {
        String head = found.head() == null ? "none yet" : found.head().head().size() + " leaves";
        return String.format(
                Locale.ROOT,
                """
                ledger       %s
                leaves       %d: %d commitments, %d answers with %d sites
                root         %s
                key          %s
                signed head  %s; %d heads checked, each a root of this tree
                tail         %s
                The ledger is sound.
                """,
                directory,
                found.leaves(),
                found.commitments(),
                found.answers(),
                found.sites(),
                found.root(),
                key,
                head,
                found.heads(),
                found.torn() == 0
                        ? "whole"
                        : found.torn() + " bytes of an unfinished write, which the next opening cuts off");
    }

    private static String json(Path directory, VerifierKey key, LedgerCheck.Findings found) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = new JsonFactory().createGenerator(text)) {
            out.setPrettyPrinter(new DefaultPrettyPrinter());
            out.writeStartObject();
            out.writeStringField("directory", directory.toString());
            out.writeStringField("publicKey", key.toString());
            out.writeNumberField("leaves", found.leaves());
            out.writeNumberField("commitments", found.commitments());
            out.writeNumberField("answers", found.answers());
            out.writeNumberField("sites", found.sites());
            out.writeStringField("root", found.root().toString());
            head(out, found.head());
            out.writeNumberField("headsChecked", found.heads());
            out.writeNumberField("unfinishedBytes", found.torn());
            out.writeEndObject();
        }
        return text + "\n";
    }

    private static void head(JsonGenerator out, @Nullable SignedHead head) throws IOException {
        if (head == null) {
            out.writeNullField("head");
        } else {
            out.writeStringField("head", head.note());
        }
    }
}
