package dev.stillgate.fingerprint.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Lists of words, read from {@code words.txt}, which documents its format.
 *
 * @param stop words that hardly count for the topic of a text
 * @param dates words that belong to dates
 */
record WordLists(Set<String> stop, Set<String> dates) {
    private static final class Shipped {
        static final WordLists LISTS = load();
    }

    /** Returns the lists shipped with this plugin. */
    static WordLists shipped() {
        return Shipped.LISTS;
    }

    private static WordLists load() {
        try (InputStream in = Objects.requireNonNull(WordLists.class.getResourceAsStream("words.txt"), "words.txt");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return parse(lines.lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException("words.txt cannot be read", e);
        }
    }

    private static WordLists parse(List<String> lines) {
        Map<String, Set<String>> groups = new HashMap<>();
        Set<String> words = Set.of();
        for (String line : lines) {
            if (line.startsWith("= ")) {
                words = new LinkedHashSet<>();
                groups.put(line.substring(2), words);
            } else if (!line.startsWith("#") && !line.isBlank()) {
                for (String word : line.split(",", -1)) {
                    words.add(word.strip());
                    words.add(withoutAccents(word.strip()));
                }
            }
        }
        return new WordLists(
                Objects.requireNonNull(groups.get("stop"), "stop"),
                Objects.requireNonNull(groups.get("dates"), "dates"));
    }

    /** Returns a Latin word without accents, as it is often typed; marks of other scripts are kept. */
    private static String withoutAccents(String word) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            boolean latin = Character.UnicodeScript.of(c) == Character.UnicodeScript.LATIN;
            plain.append(
                    latin
                            ? Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFD)
                                    .charAt(0)
                            : c);
        }
        return plain.toString();
    }
}
