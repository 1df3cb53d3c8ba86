package dev.stillgate.proxy.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.account.AccountsFile;
import dev.stillgate.proxy.config.ConfigNode;
import dev.stillgate.proxy.config.Policy;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How far back one can go, and how much is kept for it. */
class PolicyHistoryTest {
    private static final Path FILE = Path.of("policy.yaml");

    @TempDir
    private Path directory;

    private final PolicyHistory generations = new PolicyHistory();

    private AccountTable table() throws Exception {
        Path file = Files.writeString(directory.resolve("accounts.yaml"), "accounts: []\n");
        return AccountsFile.load(file, List.of("h1")).table();
    }

    private PolicyGeneration generation(AccountTable table) {
        PolicyLoader.Loaded loaded = new PolicyLoader.Loaded(
                new Policy(1, List.of(), List.of(), Policy.AccountsPolicy.defaults(), List.of()),
                FILE,
                "",
                new ConfigNode.Mapping(Position.of(FILE), List.of()));
        return new PolicyGeneration(generations.next(), 0, "test", loaded, Map.of(), table, List.of());
    }

    private List<Long> numbers() {
        return generations.all().stream().map(PolicyGeneration::number).toList();
    }

    @Test
    void tenAreKept() throws Exception {
        AccountTable table = table();
        for (int i = 0; i < 15; i++) {
            generations.add(generation(table));
        }
        assertThat(numbers()).containsExactly(15L, 14L, 13L, 12L, 11L, 10L, 9L, 8L, 7L, 6L);
        assertThat(generations.current().number()).isEqualTo(15);
        assertThat(generations.previous()).extracting(PolicyGeneration::number).isEqualTo(14L);
    }

    @Test
    void ofTablesOfAccountsTwoAreKept() throws Exception {
        AccountTable first = table();
        generations.add(generation(first));
        generations.add(generation(first));
        AccountTable second = table();
        generations.add(generation(second));
        generations.add(generation(second));
        assertThat(numbers()).containsExactly(4L, 3L, 2L, 1L);
        generations.add(generation(table()));
        assertThat(numbers()).containsExactly(5L, 4L, 3L);
    }

    @Test
    void goingBackTakesThePlaceOfBoth() throws IOException {
        generations.add(generation(AccountTable.EMPTY));
        assertThat(generations.previous()).isNull();
        generations.add(generation(AccountTable.EMPTY));
        generations.add(generation(AccountTable.EMPTY));
        generations.goBack(generation(AccountTable.EMPTY));
        assertThat(numbers()).containsExactly(4L, 1L);
    }
}
