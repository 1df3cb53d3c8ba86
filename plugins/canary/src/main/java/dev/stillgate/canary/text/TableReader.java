package dev.stillgate.canary.text;

import dev.stillgate.canary.text.WordClass.Direction;
import dev.stillgate.canary.text.WordClass.Guards;
import dev.stillgate.canary.text.WordClass.Left;
import dev.stillgate.canary.text.WordClass.Pair;
import dev.stillgate.canary.text.WordClass.Right;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads files of classes; whatever they do not say right is named with its place. */
final class TableReader {
    private static final String FORMAT = "stillgate-canary-classes/1";
    private static final int MOST_CLASSES = 256;
    private static final int MOST_PAIRS = 64;
    private static final int MOST_WORDS = 2_000;
    private static final int LONGEST_FORM = 24;
    private static final int LONGEST_WORD = 24;
    private static final Set<String> FILE_KEYS = Set.of("format", "language", "evidence", "words", "classes");
    private static final Set<String> CLASS_KEYS =
            Set.of("name", "pairs", "direction", "buckets", "guards", "opening", "rate", "offsets", "error");
    private static final Set<String> GUARD_KEYS =
            Set.of("left", "right", "only-after", "never-after", "only-before", "never-before");

    /** What the files say, classes in their order. */
    record Read(String language, SortedSet<String> evidence, SortedSet<String> against, List<WordClass> classes) {}

    private final SortedSet<String> evidence = new TreeSet<>();
    private final SortedSet<String> against = new TreeSet<>();
    private final List<WordClass> classes = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private final Map<String, SortedSet<String>> lists = new HashMap<>();
    private @Nullable String language;

    /** Adds a file to what has been read. */
    void add(Path file) throws TableException {
        YamlNode.Mapping root = YamlFile.read(file).mapping("a table of classes", FILE_KEYS);
        if (!required(root, "format").text("the format", 64).equals(FORMAT)) {
            throw required(root, "format").at().problem("expected the format \"" + FORMAT + "\"");
        }
        YamlNode named = required(root, "language");
        String found = named.text("a language", 35);
        if (language != null && !language.equals(found)) {
            throw named.at().problem("expected the language \"" + language + "\" of the file before");
        }
        language = found;
        YamlNode evidenceNode = required(root, "evidence");
        YamlNode.Mapping words = evidenceNode.mapping("evidence of the language", Set.of("for", "against"));
        evidence.addAll(words(required(words, "for")));
        against.addAll(words(required(words, "against")));
        YamlNode named2 = root.entries().get("words");
        if (named2 != null) {
            lists(named2);
        }
        for (YamlNode node : required(root, "classes").items("the classes", 1, MOST_CLASSES)) {
            classes.add(wordClass(node.mapping("a class", CLASS_KEYS)));
        }
    }

    /** Returns what has been read. */
    Read read() {
        return new Read(language == null ? "" : language, evidence, against, List.copyOf(classes));
    }

    private void lists(YamlNode node) throws TableException {
        if (!(node instanceof YamlNode.Mapping mapping)) {
            throw node.at().problem("expected lists of words, a mapping");
        }
        for (var entry : mapping.entries().entrySet()) {
            lists.put("$" + entry.getKey(), words(entry.getValue()));
        }
    }

    private WordClass wordClass(YamlNode.Mapping node) throws TableException {
        YamlNode nameNode = required(node, "name");
        String name = nameNode.text("a name", 64);
        if (!names.add(name)) {
            throw nameNode.at().problem("a class \"" + name + "\" stands there already");
        }
        int buckets = required(node, "buckets").integer("buckets", 1, 64);
        YamlNode.Mapping error =
                required(node, "error").mapping("the measured error", Set.of("judged", "wrong", "awkward"));
        YamlNode guards = node.entries().get("guards");
        YamlNode opening = node.entries().get("opening");
        YamlNode direction = node.entries().get("direction");
        return new WordClass(
                node.at(),
                name,
                pairs(required(node, "pairs")),
                direction == null ? Direction.BOTH : direction(direction),
                buckets,
                guards(guards == null ? new YamlNode.Mapping(node.at(), new LinkedHashMap<>()) : guards),
                opening != null && opening.flag("opening"),
                required(node, "rate").number("a rate", 0, 1),
                offsets(node.entries().get("offsets"), buckets),
                required(error, "judged").integer("edits judged", 0, 1_000_000),
                required(error, "wrong").integer("wrong edits", 0, 1_000_000),
                required(error, "awkward").integer("awkward edits", 0, 1_000_000));
    }

    private static List<Pair> pairs(YamlNode node) throws TableException {
        List<Pair> pairs = new ArrayList<>();
        for (YamlNode item : node.items("pairs of forms", 1, MOST_PAIRS)) {
            List<YamlNode> forms = item.items("two forms", 2, 2);
            Pair pair = new Pair(form(forms.get(0)), form(forms.get(1)));
            if (pair.form0().equals(pair.form1())) {
                throw item.at().problem("expected two forms that differ");
            }
            pairs.add(pair);
        }
        return List.copyOf(pairs);
    }

    private static String form(YamlNode node) throws TableException {
        String form = node.text("a form", LONGEST_FORM);
        if (!form.matches("(I\\b|\\p{Ll})[\\p{Ll}'-]*( [\\p{Ll}'-]+)*")) {
            throw node.at().problem("expected a form of lower-case words with single spaces");
        }
        return form;
    }

    private static Direction direction(YamlNode node) throws TableException {
        return switch (node.text("a direction", 8)) {
            case "both" -> Direction.BOTH;
            case "to-0" -> Direction.TO_0;
            case "to-1" -> Direction.TO_1;
            default -> throw node.at().problem("expected both, to-0 or to-1");
        };
    }

    private static List<Double> offsets(@Nullable YamlNode node, int buckets) throws TableException {
        if (node == null) {
            return Collections.nCopies(buckets, 0.0);
        }
        List<Double> offsets = new ArrayList<>();
        for (YamlNode item : node.items("an offset for every bucket", buckets, buckets)) {
            offsets.add(item.number("an offset", -1, 1));
        }
        return List.copyOf(offsets);
    }

    private Guards guards(YamlNode node) throws TableException {
        YamlNode.Mapping mapping = node.mapping("guards", GUARD_KEYS);
        return new Guards(
                kinds(mapping, "left", Left.class, EnumSet.allOf(Left.class)),
                kinds(mapping, "right", Right.class, EnumSet.of(Right.WORD)),
                list(mapping, "only-after"),
                list(mapping, "never-after"),
                list(mapping, "only-before"),
                list(mapping, "never-before"));
    }

    private static <E extends Enum<E>> Set<E> kinds(
            YamlNode.Mapping mapping, String key, Class<E> type, Set<E> otherwise) throws TableException {
        YamlNode node = mapping.entries().get(key);
        if (node == null) {
            return otherwise;
        }
        EnumSet<E> kinds = EnumSet.noneOf(type);
        for (YamlNode item : node.items("what stands there", 1, 5)) {
            E found = null;
            for (E kind : EnumSet.allOf(type)) {
                if (kind.name().toLowerCase(Locale.ROOT).equals(item.text("a kind", 16))) {
                    found = kind;
                }
            }
            if (found == null) {
                throw item.at()
                        .problem("expected one of "
                                + EnumSet.allOf(type).toString().toLowerCase(Locale.ROOT));
            }
            kinds.add(found);
        }
        return kinds;
    }

    private SortedSet<String> list(YamlNode.Mapping mapping, String key) throws TableException {
        YamlNode node = mapping.entries().get(key);
        return node == null ? new TreeSet<>() : words(node);
    }

    private SortedSet<String> words(YamlNode node) throws TableException {
        SortedSet<String> words = new TreeSet<>();
        for (YamlNode item : node.items("words", 1, MOST_WORDS)) {
            String word = item.text("a word", LONGEST_WORD);
            SortedSet<String> list = lists.get(word);
            if (list != null) {
                words.addAll(list);
            } else if (word.equals(Vocabulary.NUMBER_WORD) || word.matches("\\p{Ll}[\\p{Ll}'-]*")) {
                words.add(word);
            } else {
                throw item.at().problem("expected a lower-case word, #, or the $name of a list under words");
            }
        }
        return words;
    }

    private static YamlNode required(YamlNode.Mapping mapping, String key) throws TableException {
        YamlNode node = mapping.entries().get(key);
        if (node == null) {
            throw mapping.at().problem("expected the key \"" + key + "\"");
        }
        return node;
    }
}
