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
 * A set of texts on disk, which is not part of the project.
 *
 * @param name what the tables call it
 * @param all its texts
 */
record TextSet(String name, List<String> all) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Where each set lies below the data directory, and the field that has the text. */
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
     * Reads all sets below a data directory.
     *
     * @throws IOException when one is absent or cannot be read
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
                    throw new IOException(file + ": a line has no " + field);
                }
                texts.add(text.textValue());
            }
        }
        return texts;
    }

    /** Which texts of each set are used: constants are chosen on every other one, and judged on those between. */
    enum Half {
        DEVELOPMENT("dev-"),
        HELD_OUT("judge-"),
        ALL("");

        /** What names of keys begin with, so that no key judges what it has helped to choose. */
        final String keys;

        Half(String keys) {
            this.keys = keys;
        }

        private boolean takes(int line) {
            return this == ALL || (line % 2 == 0) == (this == DEVELOPMENT);
        }
    }

    /** Returns one half of the set: its lines with an even number, from 0, are for development. */
    TextSet half(Half half) {
        List<String> taken = IntStream.range(0, all.size())
                .filter(half::takes)
                .mapToObj(all::get)
                .toList();
        return new TextSet(name, taken);
    }

    /** Returns whether a text is mostly a program, or explains one. */
    static boolean isCode(String text) {
        return text.contains("```");
    }
}
