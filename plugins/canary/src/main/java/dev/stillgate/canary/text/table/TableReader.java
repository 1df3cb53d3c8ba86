package dev.stillgate.canary.text.table;

import dev.stillgate.canary.text.table.WordClass.Direction;
import dev.stillgate.canary.text.table.WordClass.Guards;
import dev.stillgate.canary.text.table.WordClass.Left;
import dev.stillgate.canary.text.table.WordClass.Pair;
import dev.stillgate.canary.text.table.WordClass.Right;
import dev.stillgate.canary.text.word.WordTrie;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the files of a class table. Errors name file, line and column. */
final class TableReader {
    private static final String FORMAT = "stillgate-canary-classes/1";
    private static final int MOST_CLASSES = 256;
    private static final int MOST_PAIRS = 64;
    private static final int MOST_PAIRS_IN_ALL = 2_000;
    private static final int MOST_WORDS = 2_000;
    private static final int MOST_LETTERS = 64;
    private static final int LONGEST_WORD = 24;
    private static final int MOST_EDITS = 1_000_000;
    private static final Set<String> FILE_KEYS = Set.of(
            "format",
            "language",
            "evidence",
            "words",
            "cues",
            "capital-cues",
            "examples-after",
            "messages-after",
            "classes");
    private static final Set<String> CLASS_KEYS =
            Set.of("name", "pairs", "direction", "buckets", "guards", "opening", "rate", "offsets", "error");
    private static final Set<String> GUARD_KEYS = Set.of(
            "left",
            "right",
            "only-after",
            "never-after",
            "only-after-two",
            "never-after-two",
            "never-in-context",
            "only-before",
            "never-before");

    /** The content of the files, classes in file order. */
    record Read(
            String language,
            SortedSet<String> evidence,
            SortedSet<String> against,
            SortedSet<String> examplesAfter,
            SortedSet<String> messagesAfter,
            SortedSet<String> cues,
            SortedSet<String> capitalCues,
            List<WordClass> classes) {}

    private final SortedSet<String> evidence = new TreeSet<>();
    private final SortedSet<String> against = new TreeSet<>();
    private final SortedSet<String> examplesAfter = new TreeSet<>();
    private final SortedSet<String> messagesAfter = new TreeSet<>();
    private final List<WordClass> classes = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Map<String, SortedSet<String>> lists = new HashMap<>();
    private final Set<Character> letters = new HashSet<>();
    private final SortedSet<String> cues = new TreeSet<>();
    private final SortedSet<String> capitalCues = new TreeSet<>();

    private String language = "";
    private int pairs;

    void add(Path file) throws TableException {
        YamlValue root = YamlValue.read(file);
        Map<String, YamlValue> entries = root.entries("a table of classes", FILE_KEYS);
        YamlValue format = required(root, entries, "format");
        if (!format.text("the format", 64).equals(FORMAT)) {
            throw format.problem("expected the format \"" + FORMAT + "\"");
        }
        YamlValue tag = required(root, entries, "language");
        String found = tag.text("a language", 35);
        if (!language.isEmpty() && !language.equals(found)) {
            throw tag.problem("expected the language \"" + language + "\" of the file before");
        }
        language = found;
        YamlValue signs = required(root, entries, "evidence");
        Map<String, YamlValue> words = signs.entries("evidence of the language", Set.of("for", "against"));
        evidence.addAll(words(required(signs, words, "for")));
        against.addAll(words(required(signs, words, "against")));
        YamlValue named = entries.get("words");
        if (named != null) {
            for (var list : named.entries("lists of words", Set.of()).entrySet()) {
                lists.put("$" + list.getKey(), words(list.getValue()));
            }
        }
        cues.addAll(words(entries.get("cues")));
        capitalCues.addAll(words(entries.get("capital-cues")));
        examplesAfter.addAll(words(entries.get("examples-after")));
        messagesAfter.addAll(words(entries.get("messages-after")));
        for (YamlValue item : required(root, entries, "classes").items("the classes", 1, MOST_CLASSES)) {
            classes.add(wordClass(item, item.entries("a class", CLASS_KEYS)));
        }
    }

    Read read() {
        return new Read(
                language, evidence, against, examplesAfter, messagesAfter, cues, capitalCues, List.copyOf(classes));
    }

    private WordClass wordClass(YamlValue at, Map<String, YamlValue> entries) throws TableException {
        YamlValue named = required(at, entries, "name");
        String name = named.text("a name", 64);
        if (!names.add(name)) {
            throw named.problem("duplicate class \"" + name + "\"");
        }
        int buckets = required(at, entries, "buckets").count("buckets", 1, 64);
        YamlValue measured = required(at, entries, "error");
        Map<String, YamlValue> error = measured.entries("the measured error", Set.of("judged", "wrong", "awkward"));
        YamlValue direction = entries.get("direction");
        YamlValue opening = entries.get("opening");
        YamlValue offsets = entries.get("offsets");
        return new WordClass(
                at,
                name,
                pairs(required(at, entries, "pairs")),
                direction == null ? Direction.BOTH : direction.oneOf(Direction.class),
                buckets,
                guards(entries.get("guards")),
                opening != null && opening.oneOf(Flag.class) == Flag.TRUE,
                required(at, entries, "rate").number("a rate, a number", 9, 0, 1),
                offsets == null ? Collections.nCopies(buckets, 0.0) : offsets(offsets, buckets),
                required(measured, error, "judged").count("edits judged", 0, MOST_EDITS),
                required(measured, error, "wrong").count("wrong edits", 0, MOST_EDITS),
                required(measured, error, "awkward").count("awkward edits", 0, MOST_EDITS));
    }

    private enum Flag {
        TRUE,
        FALSE
    }

    private List<Pair> pairs(YamlValue value) throws TableException {
        List<Pair> found = new ArrayList<>();
        for (YamlValue item : value.items("pairs of forms", 1, MOST_PAIRS)) {
            List<YamlValue> forms = item.items("two forms", 2, 2);
            Pair pair = new Pair(form(forms.get(0)), form(forms.get(1)));
            if (pair.form0().equals(pair.form1())) {
                throw item.problem("expected two different forms");
            }
            found.add(pair);
            if (++pairs > MOST_PAIRS_IN_ALL) {
                throw item.problem("expected at most " + MOST_PAIRS_IN_ALL + " pairs in all");
            }
        }
        return List.copyOf(found);
    }

    private String form(YamlValue value) throws TableException {
        String form = value.text("a form", LONGEST_WORD);
        if (!form.matches("(I\\b|\\p{Ll})[\\p{Ll}'-]*( [\\p{Ll}'-]+)*")) {
            throw value.problem("expected a form of lower-case words with single spaces");
        }
        countLetters(value, form);
        return form;
    }

    private void countLetters(YamlValue value, String text) throws TableException {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 128 && letters.add(c) && letters.size() > MOST_LETTERS) {
                throw value.problem("expected at most " + MOST_LETTERS + " different letters besides a to z");
            }
        }
    }

    private static List<Double> offsets(YamlValue value, int buckets) throws TableException {
        List<Double> offsets = new ArrayList<>();
        for (YamlValue item : value.items("an offset for every bucket", buckets, buckets)) {
            offsets.add(item.number("an offset, a number", 9, -1, 1));
        }
        return List.copyOf(offsets);
    }

    private Guards guards(@Nullable YamlValue value) throws TableException {
        Map<String, YamlValue> guards = value == null ? Map.of() : value.entries("guards", GUARD_KEYS);
        return new Guards(
                kinds(guards.get("left"), Left.class, EnumSet.allOf(Left.class)),
                kinds(guards.get("right"), Right.class, EnumSet.of(Right.WORD)),
                words(guards.get("only-after")),
                words(guards.get("never-after")),
                words(guards.get("only-after-two")),
                words(guards.get("never-after-two")),
                words(guards.get("never-in-context")),
                words(guards.get("only-before")),
                words(guards.get("never-before")));
    }

    private static <E extends Enum<E>> Set<E> kinds(@Nullable YamlValue value, Class<E> type, Set<E> otherwise)
            throws TableException {
        if (value == null) {
            return otherwise;
        }
        EnumSet<E> kinds = EnumSet.noneOf(type);
        for (YamlValue item : value.items("kinds of neighbours", 1, 5)) {
            kinds.add(item.oneOf(type));
        }
        return kinds;
    }

    private SortedSet<String> words(@Nullable YamlValue value) throws TableException {
        SortedSet<String> words = new TreeSet<>();
        for (YamlValue item : value == null ? List.<YamlValue>of() : value.items("words", 1, MOST_WORDS)) {
            String word = item.text("a word", LONGEST_WORD);
            if (lists.containsKey(word)) {
                words.addAll(lists.getOrDefault(word, new TreeSet<>()));
            } else if (word.equals(WordTrie.NUMBER_WORD) || word.matches("\\p{Ll}[\\p{Ll}'-]*")) {
                countLetters(item, word);
                words.add(word);
            } else {
                throw item.problem("expected a lower-case word, #, or the $name of a list under words");
            }
        }
        return words;
    }

    private static YamlValue required(YamlValue mapping, Map<String, YamlValue> entries, String key)
            throws TableException {
        YamlValue value = entries.get(key);
        if (value == null) {
            throw mapping.problem("expected the key \"" + key + "\"");
        }
        return value;
    }
}
