package dev.stillgate.canary.cli;

import dev.stillgate.canary.ledger.Bundle;
import dev.stillgate.canary.ledger.BundleJson;
import dev.stillgate.canary.ledger.KeyOpening;
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
import org.jspecify.annotations.Nullable;

/** The verb {@code ledger export}: writes what a third party needs to check a claim without the gateway. */
final class LedgerExport {
    static final String USAGE = "usage: stillgate ledger export --dir DIR --key NAME --out FILE"
            + " [--message ID]... [--messages FILE] [--head FILE] [--signing-key FILE]"
            + " [--reveal [--secret-file FILE] [--table FILE]...]";

    private static final Set<String> OPTIONS = Set.of(
            "--dir",
            "--key",
            "--out",
            "--message",
            "--messages",
            "--head",
            "--signing-key",
            "--secret-file",
            "--table");
    private static final int MAX_MESSAGES = 100_000;
    private static final long MAX_FILE = 64 << 20;

    private LedgerExport() {}

    static void run(List<String> words, KeyOpening opening, PrintStream out)
            throws IOException, Arguments.UsageException {
        Arguments arguments = new Arguments(words, OPTIONS, Set.of("--reveal"));
        Path directory = LedgerVerify.directory(arguments);
        String key = arguments.required("--key");
        Path file = Path.of(arguments.required("--out"));
        boolean reveal = arguments.has("--reveal");
        if (!reveal && (arguments.has("--secret-file") || arguments.has("--table"))) {
            throw new Arguments.UsageException("--secret-file and --table go with --reveal");
        }
        Bundle bundle = Bundle.gather(
                directory, key, messages(arguments), path(arguments, "--signing-key"), path(arguments, "--head"));
        if (reveal) {
            List<Path> tables = arguments.all("--table").stream().map(Path::of).toList();
            bundle.open(opening.parts(key, path(arguments, "--secret-file"), tables));
        }
        try (OutputStream to = new BufferedOutputStream(Files.newOutputStream(file))) {
            BundleJson.write(bundle, to);
        }
        out.println(file + ": key \"" + key + "\" with " + bundle.size() + (reveal ? ", opened" : "")
                + "; check it with verify-bundle.mjs and the public key");
        out.flush();
    }

    private static Set<String> messages(Arguments arguments) throws IOException, Arguments.UsageException {
        Set<String> messages = new LinkedHashSet<>(arguments.all("--message"));
        Path file = path(arguments, "--messages");
        if (file != null) {
            messages.addAll(lines(file));
        }
        if (messages.size() > MAX_MESSAGES) {
            throw new Arguments.UsageException("more than " + MAX_MESSAGES + " messages");
        }
        return messages;
    }

    private static List<String> lines(Path file) throws IOException, Arguments.UsageException {
        if (Files.size(file) > MAX_FILE) {
            throw new Arguments.UsageException(file + ": more than " + MAX_FILE + " bytes");
        }
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                    .filter(line -> !line.isBlank())
                    .toList();
        } catch (CharacterCodingException e) {
            throw new Arguments.UsageException(file + ": no UTF-8");
        }
    }

    private static @Nullable Path path(Arguments arguments, String name) throws Arguments.UsageException {
        String given = arguments.one(name);
        return given == null ? null : Path.of(given);
    }
}
