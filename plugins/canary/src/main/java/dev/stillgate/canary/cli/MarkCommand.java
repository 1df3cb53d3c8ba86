package dev.stillgate.canary.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.text.edit.ProseEditor;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verb {@code canary mark}: rewrites texts as the filter would under a key. Other fields of a line are kept. */
@CommandLine.Command(
        name = "mark",
        mixinStandardHelpOptions = true,
        description = "Rewrite texts as the canary filter would under a key.")
final class MarkCommand implements Callable<Integer> {
    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

    @Option(names = "--key", required = true, paramLabel = "NAME", description = "name of the key, such as c3/2026-Q4")
    private String name = "";

    @Option(names = "--in", required = true, paramLabel = "FILE", description = "JSON lines with \"text\"")
    private Path from = Path.of("");

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "where to write the marked lines")
    private Path to = Path.of("");

    @Mixin
    private final KeyOptions keyOptions = new KeyOptions();

    private long sites;
    private long edits;

    MarkCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws IOException {
        Inputs inputs = Inputs.withTable(keyOptions.tables());
        CanaryKey key = keyOptions.deriver(inputs.sheet(), environment, err).key(name);
        ProseEditor editor = new ProseEditor(inputs.table(), key, (cls, bucket, found, written, position) -> {
            sites++;
            edits += found == written ? 0 : 1;
        });
        Path half = to.resolveSibling(to.getFileName() + ".part");
        long lines;
        try {
            try (JsonLines in = new JsonLines(from);
                    OutputStream file = new BufferedOutputStream(Files.newOutputStream(half), 1 << 16)) {
                lines = mark(in, editor, file);
            }
            Files.move(half, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(half);
        }
        out.println("marked " + lines + " texts under " + name + ": " + sites + " sites, " + edits + " edits");
        return 0;
    }

    private static long mark(JsonLines in, ProseEditor editor, OutputStream file) throws IOException {
        long lines = 0;
        for (byte[] line = in.nextBytes(); line != null; line = in.nextBytes()) {
            try (JsonParser parser = JsonLines.JSON.createParser(line);
                    JsonGenerator json = JsonLines.JSON.createGenerator(file, JsonEncoding.UTF8)) {
                json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
                copy(parser, json, editor, in.where());
            } catch (JacksonException e) {
                throw new IOException(in.where() + ": " + e.getOriginalMessage(), e);
            }
            file.write('\n');
            lines++;
        }
        return lines;
    }

    private static void copy(JsonParser parser, JsonGenerator json, ProseEditor editor, String where)
            throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw new IOException(where + ": expected an object {\"text\":\"...\"}");
        }
        json.writeStartObject();
        boolean found = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            json.writeFieldName(name);
            if (parser.nextToken() == JsonToken.VALUE_STRING && "text".equals(name)) {
                json.writeString(marked(editor, parser.getText()));
                found = true;
            } else {
                json.copyCurrentStructureExact(parser);
            }
        }
        json.writeEndObject();
        if (parser.nextToken() != null) {
            throw new IOException(where + ": unexpected content after the object");
        }
        if (!found) {
            throw new IOException(where + ": expected a string \"text\"");
        }
    }

    private static String marked(ProseEditor editor, String text) {
        editor.begin();
        StringBuilder marked = new StringBuilder(text.length() + 64);
        marked.append(editor.feed(text));
        return marked.append(editor.end()).toString();
    }
}
