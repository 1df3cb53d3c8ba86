package dev.stillgate.proxy.account;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accepted credentials over restarts. */
class AcceptedFileTest {
    private static final String SECRET = "0123456789abcdef-test";

    @TempDir
    private Path directory;

    private final FakeTicker ticker = new FakeTicker();

    private Accounts accounts(String secret) {
        return new Accounts(Map.of("h1", secret), ticker);
    }

    private AcceptedFile open(Accounts accounts) {
        return new AcceptedFile(accounts, directory.resolve(".accepted"), ticker);
    }

    private static Account resolve(Accounts accounts, String credential) {
        byte[] bytes = credential.getBytes(StandardCharsets.UTF_8);
        return accounts.cursor().resolve(bytes, 0, bytes.length);
    }

    private void save(int credentials) {
        Accounts before = accounts(SECRET);
        AcceptedFile file = open(before);
        for (int i = 0; i < credentials; i++) {
            before.accepted(resolve(before, "key-" + i));
        }
        file.close();
    }

    @Test
    void acceptedCredentialIsAcceptedAfterARestart() throws IOException {
        save(1000);
        assertThat(Files.size(directory.resolve(".accepted"))).isLessThan(1000 * 16 + 100);
        Accounts after = accounts(SECRET);
        open(after);
        assertThat(resolve(after, "key-0").trust()).isEqualTo(Trust.ACCEPTED);
        assertThat(resolve(after, "key-999").trust()).isEqualTo(Trust.ACCEPTED);
        assertThat(resolve(after, "other").trust()).isEqualTo(Trust.PROVISIONAL);
        assertThat(after.acceptedCount()).isEqualTo(1000);
    }

    @Test
    void fileOfAnotherSecretIsIgnored() {
        save(10);
        Accounts after = accounts("another-secret-of-16");
        open(after);
        assertThat(after.acceptedCount()).isZero();
    }

    @Test
    void oldFileIsIgnored() {
        save(10);
        ticker.advance(Accounts.IDLE.plus(Duration.ofHours(1)));
        Accounts after = accounts(SECRET);
        open(after);
        assertThat(after.acceptedCount()).isZero();
    }

    @Test
    void usedCredentialIsKnownThoughNoOtherWasAddedForLong() {
        save(1);
        for (int hour = 0; hour < 40 * 24; hour += 20) {
            Accounts known = accounts(SECRET);
            AcceptedFile file = open(known);
            assertThat(resolve(known, "key-0").trust()).as("hour %d", hour).isEqualTo(Trust.ACCEPTED);
            ticker.advance(Duration.ofHours(20));
            file.close();
        }
    }

    @Test
    void damagedFileIsIgnored() throws IOException {
        save(10);
        byte[] whole = Files.readAllBytes(directory.resolve(".accepted"));
        for (int i = 0; i < whole.length; i += 19) {
            byte[] damaged = whole.clone();
            damaged[i] ^= 1;
            Files.write(directory.resolve(".accepted"), damaged);
            Accounts after = accounts(SECRET);
            open(after);
            assertThat(after.acceptedCount()).as("byte %d", i).isZero();
            Files.write(directory.resolve(".accepted"), Arrays.copyOf(whole, i));
            open(after);
            assertThat(after.acceptedCount()).as("length %d", i).isZero();
        }
    }

    @Test
    void accountOfATokenIsNotSaved() {
        Accounts before = accounts(SECRET);
        AcceptedFile file = open(before);
        before.cursor()
                .resolve(
                        "subject".getBytes(StandardCharsets.UTF_8),
                        new AccountAttributes("acme", Set.of("acme"), null, true));
        before.accepted(resolve(before, "key"));
        file.close();
        Accounts after = accounts(SECRET);
        open(after);
        assertThat(after.acceptedCount()).isEqualTo(1);
    }
}
