package dev.stillgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Cycles of source files within a package: the strongly connected components of the graph of names. Files of one cycle
 * have to be read together, so they are kept few. Source shows references that bytecode hides, such as inlined constants.
 * A sealed type and the types that it permits are one idea, so a permitted type does not count as a reference.
 */
class SourceCyclesTest {
    private static final int MOST = 5;

    private static final Pattern NOT_CODE = Pattern.compile(
            "\"\"\"(?s:.*?)\"\"\"|//.*|/\\*(?s:.*?)\\*/|\"(?:\\\\.|[^\"\\\\])*+\"|'(?:\\\\.|[^'\\\\])*+'");
    private static final Pattern HEADER = Pattern.compile("(?m)^(import|package) .*$");
    private static final Pattern PERMITS = Pattern.compile("\\bpermits\\b[^{]*");
    private static final Pattern DECLARED = Pattern.compile("\\b(?:class|record|interface|enum)\\s+(\\w+)");
    private static final Pattern IMPORTED = Pattern.compile("(?m)^import [\\w.]*\\.(\\w+);");
    private static final Pattern TYPE = Pattern.compile("(?<![\\w.])[A-Z]\\w*");

    @Test
    void filesOfAPackageFormShortCycles() throws IOException {
        Set<Set<String>> cycles = new HashSet<>();
        try (Stream<Path> folders = Files.walk(Path.of(".."))) {
            for (Path folder : folders.filter(SourceCyclesTest::isPackage).toList()) {
                Map<String, Set<String>> uses = uses(folder);
                uses.keySet().forEach(file -> cycles.add(cycle(file, uses)));
            }
        }
        assertThat(cycles).as("cycles of any length").hasSizeGreaterThan(MOST);
        assertThat(cycles).allSatisfy(cycle -> assertThat(cycle).hasSizeLessThanOrEqualTo(MOST));
    }

    @Test
    void constantsCommentsAndNestedNames() throws IOException {
        String constant = "class A { int most = B.MOST; /* C */ String text = \"D\"; }";
        assertThat(used("A", constant, Set.of("A", "B", "C", "D"))).containsExactly("B");
        String nested = "import other.C;\nsealed interface A permits B { record D(C c) implements A {} D d(); E e(); }";
        assertThat(used("A", nested, Set.of("A", "B", "C", "D", "E"))).containsExactly("E");
    }

    private static boolean isPackage(Path folder) {
        return Files.isDirectory(folder) && folder.toString().contains("/src/main/java/dev/stillgate");
    }

    /** Returns the files of its package that each file of a folder names. */
    private static Map<String, Set<String>> uses(Path folder) throws IOException {
        Map<String, String> sources = new HashMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".java")).toList()) {
                String name = file.getFileName().toString();
                sources.put(name.substring(0, name.length() - ".java".length()), Files.readString(file));
            }
        }
        return sources.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, source -> used(source.getKey(), source.getValue(), sources.keySet())));
    }

    private static Set<String> used(String file, String source, Set<String> files) {
        String code = NOT_CODE.matcher(source).replaceAll(" ");
        Set<String> others = names(IMPORTED, code, 1);
        String body = PERMITS.matcher(HEADER.matcher(code).replaceAll(" ")).replaceAll(" ");
        others.addAll(names(DECLARED, body, 1));
        Set<String> used = names(TYPE, body, 0);
        used.retainAll(files);
        used.removeAll(others);
        used.remove(file);
        return used;
    }

    private static Set<String> names(Pattern pattern, String text, int group) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(group))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Returns the files that a file reaches and that reach it; itself alone if it is in no cycle. */
    private static Set<String> cycle(String file, Map<String, Set<String>> uses) {
        Set<String> cycle = reached(file, uses);
        cycle.removeIf(other -> !reached(other, uses).contains(file));
        cycle.add(file);
        return cycle;
    }

    private static Set<String> reached(String from, Map<String, Set<String>> uses) {
        Set<String> seen = new TreeSet<>();
        Deque<String> left = new ArrayDeque<>(List.of(from));
        while (!left.isEmpty()) {
            for (String next : uses.getOrDefault(left.remove(), Set.of())) {
                if (seen.add(next)) {
                    left.add(next);
                }
            }
        }
        return seen;
    }
}
