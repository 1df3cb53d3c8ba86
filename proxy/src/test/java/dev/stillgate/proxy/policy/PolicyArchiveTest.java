package dev.stillgate.proxy.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.ConfigNode;
import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Position;
import dev.stillgate.proxy.policy.PolicyGeneration.PolicyChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archived policies: their form, their number, and what an ended process leaves. */
class PolicyArchiveTest {
    private static final Path FILE = Path.of("policy.yaml");

    @TempDir
    private Path directory;

    private PolicyArchive archive;

    @BeforeEach
    void open() {
        archive = new PolicyArchive(directory);
    }

    private static PolicyGeneration generation(long number, PolicyChange change, String text, List<String> changes) {
        return new PolicyGeneration(
                number, 1000 * number, change, loaded("5ha" + number, text), Map.of(), changes, number);
    }

    private static PolicyGeneration of(long number, String text, long origin) {
        return new PolicyGeneration(
                number, 1000 * number, PolicyChange.of("watch"), loaded(text, text), Map.of(), List.of(), origin);
    }

    private static PolicyLoader.Loaded loaded(String sha256, String text) {
        return new PolicyLoader.Loaded(
                new Policy(1, List.of(), List.of(), Policy.AccountsPolicy.defaults(), List.of()),
                FILE,
                sha256,
                text,
                new ConfigNode.Mapping(Position.of(FILE), List.of()));
    }

    private void put(PolicyGeneration generation) {
        archive.prepare(generation.number(), generation.loaded());
        archive.complete(generation);
    }

    @Test
    void whatWasWrittenIsReadAgain() throws IOException {
        String text = "version: 1\n# \u00e4 comment \ud83d\ude80\n";
        put(generation(1, PolicyChange.of("start"), text, List.of()));
        put(generation(
                2,
                new PolicyChange("admin", "Ada \u0141ovelace", "a reason = with: \\ signs\nand a line # two "),
                "version: 1\n",
                List.of("filters[0].mode: shadow -> enforce", "\u202ereversed")));
        List<PolicyArchive.Entry> entries = new PolicyArchive(directory).entries();
        assertThat(entries)
                .containsExactly(
                        new PolicyArchive.Entry(
                                2,
                                Instant.ofEpochSecond(2),
                                "admin",
                                "Ada \u0141ovelace",
                                "a reason = with: \\ signs\nand a line # two ",
                                "5ha2",
                                List.of("filters[0].mode: shadow -> enforce", "\u202ereversed"),
                                2),
                        new PolicyArchive.Entry(
                                1, Instant.ofEpochSecond(1), "start", null, null, "5ha1", List.of(), 1));
        assertThat(archive.text(1)).isEqualTo(text);
        assertThat(archive.text(3)).isNull();
        assertThat(archive.last()).isEqualTo(2);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("1.yaml"))))
                .isEqualTo("rw-------");
    }

    @Test
    void aTextWithoutPropertiesIsInterruptedAndItsNumberIsNotUsedAgain() throws IOException {
        put(generation(1, PolicyChange.of("start"), "a", List.of()));
        archive.prepare(
                2, generation(2, PolicyChange.of("watch"), "b", List.of()).loaded());
        Files.writeString(directory.resolve("3.yaml.new"), "half of a te");
        PolicyArchive again = new PolicyArchive(directory);
        assertThat(again.last()).isEqualTo(2);
        assertThat(again.entries().getFirst())
                .isEqualTo(new PolicyArchive.Entry(2, null, "interrupted", null, null, "", List.of(), 2));
        assertThat(again.text(2)).isEqualTo("b");
        PolicyGeneration next = generation(3, PolicyChange.of("start"), "whole", List.of());
        again.prepare(3, next.loaded());
        again.complete(next);
        assertThat(again.text(3)).isEqualTo("whole");
        assertThat(directory.resolve("3.yaml.new")).doesNotExist();
    }

    @Test
    void hundredGenerationsAreKept() throws IOException {
        for (long number = 1; number <= 103; number++) {
            put(generation(number, PolicyChange.of("watch"), "t" + number, List.of()));
        }
        assertThat(archive.entries()).hasSize(PolicyArchive.KEPT);
        assertThat(archive.entries().getLast().generation()).isEqualTo(4);
        assertThat(archive.text(3)).isNull();
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).hasSize(2 * PolicyArchive.KEPT);
        }
    }

    @Test
    void generationsOfOneTextAreDroppedBeforeOtherTexts() throws IOException {
        put(generation(1, PolicyChange.of("start"), "first", List.of()));
        for (long number = 2; number <= 150; number++) {
            put(of(number, "second", 2));
        }
        List<Long> kept =
                archive.entries().stream().map(PolicyArchive.Entry::generation).toList();
        assertThat(kept).hasSize(PolicyArchive.KEPT).startsWith(150L, 149L).endsWith(53L, 2L, 1L);
        assertThat(archive.text(1)).isEqualTo("first");
        assertThat(archive.entries().getFirst().origin()).isEqualTo(2);
    }

    @Test
    void damagedPropertiesAreShownAsInterrupted() throws IOException {
        put(generation(1, PolicyChange.of("start"), "a", List.of()));
        Files.writeString(directory.resolve("1.properties"), "since=yesterday\ncause=\\u00zz\n");
        assertThat(archive.entries().getFirst().cause()).isEqualTo("interrupted");
        Files.writeString(directory.resolve("not-a-number.yaml"), "x");
        Files.writeString(directory.resolve("0.yaml"), "x");
        assertThat(archive.entries()).hasSize(1);
    }

    @Test
    void aDiskThatFailsHoldsNothingUp() throws IOException {
        PolicyArchive lost = new PolicyArchive(directory.resolve("absent"));
        PolicyGeneration generation = generation(1, PolicyChange.of("start"), "a", List.of());
        lost.prepare(1, generation.loaded());
        lost.complete(generation);
        assertThat(lost.last()).isZero();
    }
}
