package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Compares the page of values with the constants of the sources. */
class ValuesTest {
    private static final Path SOURCES = Path.of("src/main/java/dev/stillgate/fingerprint");
    private static final List<String> PACKAGES = List.of("holdout", "candidate", "space", "signal", "analysis");
    private static final Pattern CONSTANT = Pattern.compile("static final double[\\[\\]]* ([A-Z_]+) =\\s*([^;]+);");
    private static final Pattern ROW =
            Pattern.compile("\\| (?:`(\\w+)` )?\\| `([A-Z_]+)` \\| `([^`]+)` \\| .+ \\| .+ \\|");

    /** An angle and a length of time, which no test compares with evidence. */
    private static final List<String> UNITS = List.of("Clock.RADIANS", "JoinForecast.DAYS");

    @Test
    void pageListsEachValueOfTheSourcesAndNoOther() throws IOException {
        Map<String, String> listed = listed();
        assertThat(listed).isEqualTo(stated()).hasSizeLessThanOrEqualTo(40);
    }

    private static Map<String, String> listed() throws IOException {
        Map<String, String> listed = new TreeMap<>();
        String type = "";
        for (String line : Files.readAllLines(Path.of("docs/values.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                type = row.group(1) == null ? type : row.group(1);
                assertThat(listed.put(type + "." + row.group(2), row.group(3)))
                        .as(line)
                        .isNull();
            }
        }
        return listed;
    }

    private static Map<String, String> stated() throws IOException {
        Map<String, String> stated = new TreeMap<>();
        for (String name : PACKAGES) {
            try (Stream<Path> files = Files.list(SOURCES.resolve(name))) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    String type = file.getFileName().toString().replace(".java", ".");
                    Matcher constants = CONSTANT.matcher(Files.readString(file));
                    for (MatchResult each : (Iterable<MatchResult>) constants.results()::iterator) {
                        stated.put(type + each.group(1), each.group(2));
                    }
                }
            }
        }
        UNITS.forEach(each -> assertThat(stated.remove(each)).as(each).isNotNull());
        return stated;
    }
}
