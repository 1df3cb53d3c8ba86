package dev.stillgate.canary.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import dev.stillgate.canary.ledger.Audit;
import dev.stillgate.canary.ledger.SignedHead;
import dev.stillgate.canary.ledger.VerifierKey;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The verb {@code ledger verify}: makes every hash of a ledger again and checks all its signed heads. */
final class LedgerVerify {
    static final String USAGE =
            "usage: stillgate ledger verify --dir DIR [--public-key FILE] [--head FILE]... [--json]";

    private LedgerVerify() {}

    static void run(List<String> words, PrintStream out) throws IOException, Arguments.UsageException {
        Arguments arguments = new Arguments(words, Set.of("--dir", "--public-key", "--head"), Set.of("--json"));
        Path directory = directory(arguments);
        String keyFile = arguments.one("--public-key");
        VerifierKey key = VerifierKey.read(keyFile == null ? directory.resolve(VerifierKey.FILE) : Path.of(keyFile));
        List<Path> published = arguments.all("--head").stream().map(Path::of).toList();
        Audit.Findings findings = Audit.of(directory, key, published);
        out.print(arguments.has("--json") ? json(directory, key, findings) : plain(directory, key, findings));
        out.flush();
    }

    static Path directory(Arguments arguments) throws Arguments.UsageException {
        Path directory = Path.of(arguments.required("--dir"));
        if (!Files.isDirectory(directory)) {
            throw new Arguments.UsageException("no directory " + directory);
        }
        return directory;
    }

    private static String plain(Path directory, VerifierKey key, Audit.Findings found) {
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

    private static String json(Path directory, VerifierKey key, Audit.Findings found) throws IOException {
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
