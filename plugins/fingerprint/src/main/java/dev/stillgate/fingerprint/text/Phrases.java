package dev.stillgate.fingerprint.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Groups of phrases and the rules on them, read from {@code phrases.txt}, which documents its format.
 *
 * @param groups terms of each group by name
 * @param rules rules in the order of the file
 */
record Phrases(Map<String, Set<String>> groups, List<Rule> rules) {
    /** Group of words that hardly count for the topic of a text. */
    static final String STOP = "stop";

    /** Group of words that belong to dates. */
    static final String DATES = "dates";

    /** Maximum number of words of a term. */
    static final int MAX_TERM_WORDS = 16;

    /**
     * Elicitation that is found if a phrase of every group occurs.
     *
     * @param within maximum distance in words from the end of the first phrase to the last one
     */
    record Rule(Elicitation asksFor, int within, List<String> groups) {}

    private static final class Shipped {
        static final Phrases PHRASES = load();
    }

    /** Returns the phrases shipped with this plugin. */
    static Phrases shipped() {
        return Shipped.PHRASES;
    }

    private static Phrases load() {
        try (InputStream in = Objects.requireNonNull(Phrases.class.getResourceAsStream("phrases.txt"), "phrases.txt");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            return parse(lines.lines().toList());
        } catch (IOException e) {
            throw new UncheckedIOException("phrases.txt cannot be read", e);
        }
    }

    /**
     * Parses phrases.
     *
     * @throws IllegalArgumentException if a line is invalid
     */
    static Phrases parse(List<String> lines) {
        Map<String, Set<String>> groups = new LinkedHashMap<>();
        List<Rule> rules = new ArrayList<>();
        Set<String> terms = new LinkedHashSet<>();
        for (String raw : lines) {
            String line = raw.strip();
            if (line.startsWith("= ")) {
                terms = new LinkedHashSet<>();
                if (groups.put(line.substring(2).strip(), terms) != null) {
                    throw new IllegalArgumentException("duplicate group: " + line);
                }
            } else if (line.startsWith("> ")) {
                rules.add(rule(line.substring(2), groups));
            } else if (!line.startsWith("#")) {
                addTerms(line, terms);
            }
        }
        return new Phrases(groups, List.copyOf(rules));
    }

    private static void addTerms(String line, Set<String> terms) {
        for (String term : line.split(",", -1)) {
            if (!term.isBlank()) {
                terms.add(term.strip());
                terms.add(withoutAccents(term.strip()));
            }
        }
    }

    /** Returns a Latin term without accents, as it is often typed; marks of other scripts are kept. */
    private static String withoutAccents(String term) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < term.length(); i++) {
            char c = term.charAt(i);
            boolean latin = Character.UnicodeScript.of(c) == Character.UnicodeScript.LATIN;
            plain.append(
                    latin
                            ? Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFD)
                                    .charAt(0)
                            : c);
        }
        return plain.toString();
    }

    private static Rule rule(String line, Map<String, Set<String>> groups) {
        int colon = line.indexOf(':');
        String[] head = line.substring(0, Math.max(0, colon)).strip().split(" +", -1);
        if (head.length != 2) {
            throw new IllegalArgumentException("invalid rule: " + line);
        }
        List<String> names = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (String part : line.substring(colon + 1).split("\\+", -1)) {
            String name = part.strip();
            Set<String> terms = groups.get(name);
            if (terms == null) {
                throw new IllegalArgumentException("unknown group " + name + ": " + line);
            }
            for (String term : terms) {
                if (!seen.add(term)) {
                    throw new IllegalArgumentException("\"" + term + "\" in two groups of: " + line);
                }
            }
            names.add(name);
        }
        return new Rule(Elicitation.valueOf(head[0]), Integer.parseInt(head[1]), List.copyOf(names));
    }
}
