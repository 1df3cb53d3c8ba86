package dev.stillgate.canary.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedAuditsTest {
    private static final Instant AT = Instant.parse("2026-11-29T10:15:30Z");
    private static final String NAME = "20261129T101530Z-00000000.json";
    private static final String VALID = """
            {"version":1,"at":"2026-11-29T10:15:30Z","suspect":"m","answers":5,"keys":2,"preregistered":true,\
            "outcomes":[{"key":"c3/2026-Q4","log10p":-7.5,"committed":true}]}""";

    @TempDir
    Path parent;

    private final List<String> lines = new ArrayList<>();

    private SavedAudits audits() {
        return new SavedAudits(parent.resolve("audits"), lines::add);
    }

    private static SavedAudit audit(int minutes) {
        return new SavedAudit(
                AT.plusSeconds(60L * minutes),
                "model <b>M</b> \u202e é",
                500,
                3,
                false,
                List.of(new SavedAudit.Outcome("c3/2026-Q4", -12.25, true), new SavedAudit.Outcome("c\"1", 0, false)));
    }

    private void write(String name, String content) throws IOException {
        Files.createDirectories(parent.resolve("audits"));
        Files.writeString(parent.resolve("audits").resolve(name), content);
    }

    @Test
    void savedAuditsAreReadNewestFirst() throws IOException {
        assertThat(audits().all()).isEmpty();
        audits().save(audit(1));
        audits().save(audit(0));
        assertThat(audits().save(audit(2))).hasParent(parent.resolve("audits"));
        assertThat(audits().all()).containsExactly(audit(2), audit(1), audit(0));
        assertThat(lines).isEmpty();
    }

    @Test
    void oldestBeyondTheMaximumAreDeleted() throws IOException {
        for (int i = 0; i < SavedAudits.MOST + 5; i++) {
            audits().save(audit(i));
        }
        assertThat(audits().all())
                .hasSize(SavedAudits.MOST)
                .startsWith(audit(SavedAudits.MOST + 4))
                .endsWith(audit(5));
        try (var files = Files.list(parent.resolve("audits"))) {
            assertThat(files).hasSize(SavedAudits.MOST);
        }
    }

    @Test
    void largestAuditFits() throws IOException {
        String key = "\uffff".repeat(128);
        SavedAudit large = new SavedAudit(
                AT,
                "\uffff".repeat(200),
                Long.MAX_VALUE,
                Integer.MAX_VALUE,
                true,
                Collections.nCopies(SavedAudit.MOST_OUTCOMES, new SavedAudit.Outcome(key, -123456.78901234567, false)));
        audits().save(large);
        assertThat(audits().all()).containsExactly(large);
    }

    @Test
    void brokenFilesAreIgnoredAndLoggedOnce() throws IOException {
        write(NAME, VALID);
        List<String> broken = List.of(
                "",
                "[]",
                "{}",
                "null",
                "{\"version\":1",
                VALID + "{}",
                VALID.replace("1,\"at\"", "2,\"at\""),
                VALID.replace("\"answers\":5", "\"answers\":-5"),
                VALID.replace("\"answers\":5", "\"answers\":5.5"),
                VALID.replace("\"answers\":5", "\"answers\":" + "9".repeat(40)),
                VALID.replace("\"answers\":5,", ""),
                VALID.replace("\"answers\":5", "\"answers\":5,\"answers\":5"),
                VALID.replace("\"m\"", "\"\""),
                VALID.replace("\"m\"", "\"a\\u0000b\""),
                VALID.replace("\"m\"", "{\"a\":[]}"),
                VALID.replace("2026-11-29T", "yesterday"),
                VALID.replace("2026-11-29T", "+99999-11-29T"),
                VALID.replace("-7.5", "7.5"),
                VALID.replace("-7.5", "-1e400"),
                VALID.replace("-7.5", "NaN"),
                VALID.replace("c3/2026-Q4", ""),
                VALID.replace("c3/2026-Q4", "a\\nb"),
                VALID.replace("\"committed\":true", "\"committed\":1"),
                VALID.replace("\"committed\":true", "\"committed\":true,\"more\":1"),
                VALID.replace("[{", "[3,{"),
                VALID.replace("[{", "[null,{"),
                VALID.replace("\"m\"", "null"),
                VALID.replace("[{", "[".repeat(5000)),
                VALID.replace("{\"key\"", "{\"key\":\"a\",\"log10p\":0,\"committed\":true},".repeat(250) + "{\"key\""),
                "\u0000",
                " ".repeat(SavedAudits.LARGEST) + VALID);
        for (int i = 0; i < broken.size(); i++) {
            write("20261129T101530Z-%08x.json".formatted(i + 1), broken.get(i));
        }
        SavedAudits audits = audits();
        assertThat(audits.all()).singleElement().isEqualTo(SavedAudit.parse(VALID.getBytes(StandardCharsets.UTF_8)));
        assertThat(lines).hasSize(broken.size()).allMatch(line -> line.contains(" is ignored: "));
        assertThat(audits.all()).hasSize(1);
        assertThat(lines).as("once").hasSize(broken.size());
    }

    @Test
    void onlyFilesOfTheNameAreRead() throws IOException {
        write("notes.json", VALID);
        write(NAME + ".new", VALID);
        write("..json", VALID);
        Path elsewhere = Files.writeString(parent.resolve("elsewhere"), VALID);
        Files.createSymbolicLink(parent.resolve("audits").resolve(NAME), elsewhere);
        Files.createDirectory(parent.resolve("audits/20261129T101530Z-00000001.json"));
        assertThat(audits().all()).isEmpty();
        assertThat(lines).hasSize(2).allMatch(line -> line.endsWith("is ignored: not a regular file"));
    }

    @Test
    void changedFileIsReadAgain() throws IOException {
        SavedAudits audits = audits();
        write(NAME, "half of a f");
        assertThat(audits.all()).isEmpty();
        write(NAME, VALID);
        assertThat(audits.all()).hasSize(1);
        Files.delete(parent.resolve("audits").resolve(NAME));
        assertThat(audits.all()).isEmpty();
        assertThat(lines).hasSize(1);
    }

    @Test
    void smallValuesKeepTheirDigits() {
        SavedAudit.Outcome small = new SavedAudit.Outcome("c1", -812.25, true);
        assertThat(small.p()).isEqualTo("5.62E-813");
        assertThat(small.finding()).isEqualTo("strong evidence of the mark");
        assertThat(new SavedAudit.Outcome("c1", -2.5, false).finding())
                .isEqualTo("exploratory: weak evidence of the mark");
        assertThat(new SavedAudit.Outcome("c1", -1.9, true).finding()).isEqualTo("no evidence of the mark");
        assertThat(new SavedAudit.Outcome("c1", 0, true).p()).isEqualTo("1");
    }
}
