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
 * Groups of phrases, and the rules that say which groups near each other ask for what; the file {@code phrases.txt}
 * beside this class tells its own format.
 *
 * @param groups the terms of each group, by its name
 * @param rules in the order of the file
 */
record Phrases(Map<String, Set<String>> groups, List<Rule> rules) {
    /** Words that hardly count for what a text is about. */
    static final String STOP = "stop";

    /** Words that change with the day. */
    static final String DATES = "dates";

    /** The most words that a term may have. */
    static final int LONGEST_TERM = 16;

    /**
     * What is asked for when every group has a phrase in reach.
     *
     * @param within the words from the last of the phrases back to the end of the first
     */
    record Rule(Elicitation asksFor, int within, List<String> groups) {}

    private static final class Shipped {
        static final Phrases PHRASES = load();
    }

    /** Returns the phrases that come with this plugin. */
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

    /** Returns what the lines say. */
    static Phrases parse(List<String> lines) {
        Map<String, Set<String>> groups = new LinkedHashMap<>();
        List<Rule> rules = new ArrayList<>();
        Set<String> terms = new LinkedHashSet<>();
        for (String raw : lines) {
            String line = raw.strip();
            if (line.startsWith("= ")) {
                terms = new LinkedHashSet<>();
                if (groups.put(line.substring(2).strip(), terms) != null) {
                    throw new IllegalArgumentException("a second group: " + line);
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

    /** Returns a term as those write it who leave out accents; other scripts' marks belong to their letters. */
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
            throw new IllegalArgumentException("not a rule: " + line);
        }
        List<String> names = new ArrayList<>();
        Set<String> seen = new LinkedHashSet<>();
        for (String part : line.substring(colon + 1).split("\\+", -1)) {
            String name = part.strip();
            Set<String> terms = groups.get(name);
            if (terms == null) {
                throw new IllegalArgumentException("no group " + name + " above: " + line);
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
