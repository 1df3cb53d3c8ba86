package dev.stillgate.loadtests.canary;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * A set of texts from the data directory, which is not part of the project.
 *
 * @param name name in the tables
 * @param all the texts
 */
record TextSet(String name, List<String> all) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** File and JSON field of each set. */
    private enum Source {
        ALPACA("alpaca", "campaign-corpora/alpaca-gpt4-en-1000.jsonl.gz", "response"),
        GPT_4O("gpt-4o", "watermark-text/alpacaeval-gpt-4o-2024-05-13.jsonl.gz", "text"),
        CLAUDE_3("claude-3", "watermark-text/alpacaeval-claude-3-sonnet-20240229.jsonl.gz", "text"),
        C4("c4", "watermark-text/c4-demo-300.jsonl.gz", "text"),
        SYNTHID("synthid", "watermark-text/synthid-watermarked.jsonl.gz", "text"),
        FM_3_0("fm3-0", "watermark-text/us-army-fm3-0.jsonl.gz", "text");

        final String set;
        final String file;
        final String field;

        Source(String set, String file, String field) {
            this.set = set;
            this.file = file;
            this.field = field;
        }
    }

    /**
     * Reads all sets of a data directory.
     *
     * @throws IOException if one is missing or cannot be read
     */
    static List<TextSet> all(Path data) throws IOException {
        List<TextSet> sets = new ArrayList<>();
        for (Source source : Source.values()) {
            sets.add(new TextSet(source.set, read(data.resolve(source.file), source.field)));
        }
        return sets;
    }

    private static List<String> read(Path file, String field) throws IOException {
        List<String> texts = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                JsonNode text = JSON.readTree(line).get(field);
                if (text == null || !text.isTextual()) {
                    throw new IOException(file + ": a line has no field " + field);
                }
                texts.add(text.textValue());
            }
        }
        return texts;
    }

    /** The used part of each set: every second text is for development, the others for evaluation. */
    enum Half {
        DEVELOPMENT("dev-"),
        HELD_OUT("judge-"),
        ALL("");

        /** Prefix of key names, so that evaluation uses other keys than development. */
        final String keys;

        Half(String keys) {
            this.keys = keys;
        }

        private boolean takes(int line) {
            return this == ALL || (line % 2 == 0) == (this == DEVELOPMENT);
        }
    }

    /** Returns a part of the set; lines with an even index are for development. */
    TextSet half(Half half) {
        List<String> taken = IntStream.range(0, all.size())
                .filter(half::takes)
                .mapToObj(all::get)
                .toList();
        return new TextSet(name, taken);
    }

    /** Returns whether a text contains a code block. */
    static boolean isCode(String text) {
        return text.contains("```");
    }
}
