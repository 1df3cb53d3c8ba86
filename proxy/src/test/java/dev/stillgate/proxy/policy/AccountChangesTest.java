package dev.stillgate.proxy.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.account.AccountsFile;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which removals of accounts are refused. */
class AccountChangesTest {
    @TempDir
    private Path directory;

    /** Returns accounts with a key, numbered from {@code from} to {@code to}. */
    private AccountTable table(int from, int to) throws IOException, ConfigException {
        return tableOf(IntStream.rangeClosed(from, to).toArray());
    }

    private AccountTable tableOf(int... numbers) throws IOException, ConfigException {
        StringBuilder yaml = new StringBuilder("accounts:\n  - {id: without-a-key, keys: []}\n");
        for (int i : numbers) {
            yaml.append(String.format(Locale.ROOT, "  - {id: \u0141-%d, keys: [\"h1:%032x\"]}\n", i, i));
        }
        Path file = Files.writeString(directory.resolve("accounts.yaml"), yaml);
        return AccountsFile.load(file, List.of("h1")).table();
    }

    private AccountChanges between(AccountTable before, AccountTable after, Map<String, Standing> standings)
            throws ConfigException {
        return new AccountChanges(
                before, after, Map.of(), account -> standings.getOrDefault(account.id(), Standing.CLEAR), directory);
    }

    @ParameterizedTest
    @CsvSource({"10,0,true", "11,0,false", "12,1,false", "54,44,true", "100,80,true", "100,79,false"})
    void removalIsRefusedBeyondAFifth(int before, int after, boolean allowed) throws IOException, ConfigException {
        AccountChanges changes = between(table(1, before), table(1, after), Map.of());
        if (allowed) {
            assertThatCode(() -> changes.check(directory)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> changes.check(directory))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("removes " + (before - after) + " of " + (before + 1) + " accounts");
        }
    }

    /** Tables in the same order are compared without an index, up to the first difference. */
    @Test
    void changesAreNamedInAnyOrder() throws IOException, ConfigException {
        AccountTable ordered = tableOf(1, 2, 3, 4, 5, 6);
        assertThat(between(ordered, tableOf(1, 2, 4, 5, 7, 6), Map.of()))
                .hasToString("accounts 7 -> 7, removed \u0141-3, added \u0141-7");
        assertThat(between(ordered, tableOf(6, 5, 4, 3, 2, 1), Map.of())).hasToString("accounts 7 -> 7");
        assertThat(between(ordered, tableOf(11, 12), Map.of()))
                .hasToString("accounts 7 -> 3, removed \u0141-1, \u0141-2, \u0141-3, \u0141-4, \u0141-5 and 1 more,"
                        + " added \u0141-11, \u0141-12");
    }

    @ParameterizedTest
    @EnumSource(Standing.class)
    void oneRestrictedAccountMustStay(Standing standing) throws IOException, ConfigException {
        AccountChanges changes = between(table(1, 100), table(1, 99), Map.of("\u0141-100", standing));
        if (standing.reaches(Standing.POOLED)) {
            assertThatThrownBy(() -> changes.check(directory)).hasMessageContaining("\u0141-100 (");
        } else {
            assertThatCode(() -> changes.check(directory)).doesNotThrowAnyException();
        }
    }

    /** The board marks verified accounts at most, whatever the evidence. */
    @Test
    void standingOfAVerifiedAccountIsTheOneInForce() throws IOException, ConfigException {
        Path file = Files.writeString(
                directory.resolve("verified.yaml"),
                "accounts: [{id: v-1, verified: true, keys: [\"h1:%032x\"]}]".formatted(1));
        AccountTable verified = AccountsFile.load(file, List.of("h1")).table();
        Standings board = account -> account.verified() ? Standing.MARKED : Standing.POOLED;
        assertThatCode(() -> new AccountChanges(verified, table(2, 2), Map.of(), board, directory).check(directory))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> new AccountChanges(table(1, 1), verified, Map.of(), board, directory).check(directory))
                .hasMessageContaining("(pooled)");
    }

    /** A key keeps a standing that an account of an organisation does not have by evidence, unless that stands as high itself. */
    @ParameterizedTest
    @CsvSource({",CLEAR,true", "firm,CLEAR,false", "firm,POOLED,true"})
    void newlyListedKeyKeepsItsStanding(String organisation, Standing own, boolean allowed)
            throws IOException, ConfigException {
        String key = "h1:%032x".formatted(2);
        Account owner = new Account("n-1", Account.Trust.LISTED, organisation, null, false, null);
        Standings board = account ->
                account.id().equals(key) ? account.organisation() == null ? Standing.POOLED : Standing.MARKED : own;
        AccountChanges changes =
                new AccountChanges(AccountTable.EMPTY, table(2, 2), Map.of(key, owner), board, directory);
        if (allowed) {
            assertThatCode(() -> changes.check(directory)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> changes.check(directory)).hasMessageContaining(key + " (pooled) to n-1;");
        }
    }

    @Test
    void changesNameTheFirstAccounts() throws IOException, ConfigException {
        assertThat(between(table(1, 8), table(3, 9), Map.of()))
                .hasToString("accounts 9 -> 8, removed \u0141-1, \u0141-2, added \u0141-9");
        assertThat(between(AccountTable.EMPTY, table(1, 7), Map.of()))
                .hasToString("accounts 0 -> 8, added \u0141-1, \u0141-2, \u0141-3, \u0141-4, \u0141-5 and 2 more");
        assertThat(table(1, 3).missing(Set.of("\u0141-3", "\u0141-4", "without-a-key")))
                .containsExactlyInAnyOrder("\u0141-4", "without-a-key");
    }
}
