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

/** Limits of the policy history. */
class PolicyHistoryTest {
    private static final Path FILE = Path.of("policy.yaml");

    @TempDir
    private Path directory;

    private final PolicyHistory history = new PolicyHistory(0);

    private AccountTable table() throws Exception {
        Path file = Files.writeString(directory.resolve("accounts.yaml"), "accounts: []\n");
        return AccountsFile.load(file, List.of("h1")).table();
    }

    private PolicyGeneration generation(AccountTable table) {
        PolicyLoader.Loaded loaded = new PolicyLoader.Loaded(
                new Policy(1, List.of(), List.of(), Policy.AccountsPolicy.defaults(), List.of()),
                FILE,
                "",
                "",
                new ConfigNode.Mapping(Position.of(FILE), List.of()));
        return new PolicyGeneration(history.next(), 0, PolicyChange.of("test"), loaded, Map.of(), table, List.of());
    }

    private List<Long> numbers() {
        return history.all().stream().map(PolicyGeneration::number).toList();
    }

    @Test
    void tenGenerationsAreKept() throws Exception {
        AccountTable table = table();
        for (int i = 0; i < 15; i++) {
            history.add(generation(table));
        }
        assertThat(numbers()).containsExactly(15L, 14L, 13L, 12L, 11L, 10L, 9L, 8L, 7L, 6L);
        assertThat(history.current().number()).isEqualTo(15);
        assertThat(history.previous()).extracting(PolicyGeneration::number).isEqualTo(14L);
    }

    @Test
    void twoAccountTablesAreKept() throws Exception {
        AccountTable first = table();
        history.add(generation(first));
        history.add(generation(first));
        AccountTable second = table();
        history.add(generation(second));
        history.add(generation(second));
        assertThat(numbers()).containsExactly(4L, 3L, 2L, 1L);
        history.add(generation(table()));
        assertThat(numbers()).containsExactly(5L, 4L, 3L);
    }

    @Test
    void rollbackReplacesBothGenerations() throws IOException {
        history.add(generation(AccountTable.EMPTY));
        assertThat(history.previous()).isNull();
        history.add(generation(AccountTable.EMPTY));
        history.add(generation(AccountTable.EMPTY));
        history.rollBack(generation(AccountTable.EMPTY));
        assertThat(numbers()).containsExactly(4L, 1L);
    }
}
