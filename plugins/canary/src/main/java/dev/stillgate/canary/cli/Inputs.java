package dev.stillgate.canary.cli;

import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.proof.SiteReader;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.canary.text.table.ShippedTable;
import dev.stillgate.canary.text.table.TableException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;

/** Input files of the verbs: the class table, answers, and lists of key names. */
final class Inputs {
    private static final int MAX_TEXT = 64 << 20;
    private static final int MAX_NAMES = 100_000;

    private final ClassTable table;
    private final ClassSheet sheet;

    private Inputs(ClassTable table) {
        this.table = table;
        this.sheet = ClassSheet.of(table);
    }

    /**
     * Reads the class table.
     *
     * @param files the files of the table; empty for the English one of this version
     * @throws IOException if a file is missing or invalid; the message says where
     */
    static Inputs withTable(List<Path> files) throws IOException {
        try {
            return new Inputs(files.isEmpty() ? ShippedTable.read() : ClassTable.read(files.toArray(new Path[0])));
        } catch (TableException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    ClassTable table() {
        return table;
    }

    ClassSheet sheet() {
        return sheet;
    }

    /** Reads the responses of all files. */
    SiteReader answers(List<String> files) throws IOException {
        SiteReader reader = new SiteReader(table, sheet);
        for (String file : files) {
            try (JsonLines lines = new JsonLines(Path.of(file))) {
                for (JsonLines.Line line = lines.next(); line != null; line = lines.next()) {
                    if (line.prompt() == null) {
                        reader.read(line.text());
                    } else {
                        reader.read(line.prompt(), line.text());
                    }
                }
            }
        }
        return reader;
    }

    /** Reads one text: JSON lines, or the whole file as one text if its name ends in {@code .txt} or {@code .md}. */
    SiteReader text(String file) throws IOException {
        if (!isOneText(file)) {
            return answers(List.of(file));
        }
        SiteReader reader = new SiteReader(table, sheet);
        reader.read(whole(file));
        return reader;
    }

    /** Passes on the texts of a file as {@link #text} reads them, each after its prompt, which may be empty. */
    static void texts(String file, BiConsumer<String, String> to) throws IOException {
        if (isOneText(file)) {
            to.accept("", whole(file));
            return;
        }
        try (JsonLines lines = new JsonLines(Path.of(file))) {
            for (JsonLines.Line line = lines.next(); line != null; line = lines.next()) {
                to.accept(Objects.requireNonNullElse(line.prompt(), ""), line.text());
            }
        }
    }

    private static boolean isOneText(String file) {
        return file.endsWith(".txt") || file.endsWith(".md");
    }

    private static String whole(String file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            bytes = in.readNBytes(MAX_TEXT + 1);
        }
        if (bytes.length > MAX_TEXT) {
            throw new IOException(file + ": larger than " + MAX_TEXT + " bytes");
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException(file + ": not UTF-8", e);
        }
    }

    /** Reads names of keys, one a line; blank lines and lines that begin with # are skipped. */
    static List<String> names(Path file) throws IOException {
        List<String> names = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                names.add(line.strip());
            }
            if (names.size() > MAX_NAMES) {
                throw new IOException(file + ": more than " + MAX_NAMES + " names");
            }
        }
        return names;
    }
}
