package dev.stillgate.canary.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterSecretTest {
    private static final Map<String, String> VARIABLE = Map.of(MasterSecret.VARIABLE, "a secret of the environment");

    @TempDir
    Path directory;

    private Path file(String content) throws IOException {
        return Files.writeString(directory.resolve("secret"), content);
    }

    @Test
    void fileTakesPrecedenceOverTheEnvironment() throws IOException {
        assertThat(MasterSecret.read(file("a secret of the file\r\n"), VARIABLE).bytes())
                .isEqualTo("a secret of the file".getBytes(StandardCharsets.UTF_8));
        assertThat(MasterSecret.read(null, VARIABLE).bytes())
                .isEqualTo("a secret of the environment".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void publishedSecretIsRecognized() throws IOException {
        assertThat(MasterSecret.read(null, Map.of()).isTest()).isTrue();
        assertThat(MasterSecret.read(null, Map.of(MasterSecret.VARIABLE, "")).isTest())
                .isTrue();
        assertThat(MasterSecret.of(MasterSecret.test().bytes()).isTest()).isTrue();
        assertThat(MasterSecret.read(null, VARIABLE).isTest()).isFalse();
    }

    @Test
    void publishedSecretIsRefusedWhereASecretIsRequired() throws IOException {
        Map<String, String> required = Map.of(MasterSecret.REQUIRED, "true");
        Path published = file(new String(MasterSecret.test().bytes(), StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> MasterSecret.read(null, required))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("$STILLGATE_CANARY_SECRET_REQUIRED")
                .hasMessageEndingWith("$STILLGATE_CANARY_SECRET");
        assertThatThrownBy(() -> MasterSecret.read(published, required)).isInstanceOf(IOException.class);
        assertThat(MasterSecret.read(file("a secret of the file"), required).isTest())
                .isFalse();
        assertThat(MasterSecret.read(null, Map.of(MasterSecret.REQUIRED, "false"))
                        .isTest())
                .isTrue();
    }

    @Test
    void secretIsNotPrinted() throws IOException {
        assertThat(MasterSecret.read(null, VARIABLE)).hasToString("a master secret");
    }

    @Test
    void secretOfWrongLengthIsRejected() throws IOException {
        Path shortOne = file("fifteen bytes..\n");
        assertThatThrownBy(() -> MasterSecret.read(shortOne, Map.of()))
                .isInstanceOf(IOException.class)
                .hasMessage(shortOne + ": a master secret has 16 to 4096 bytes, not 15");
        Path longOne = file("x".repeat(100_000));
        assertThatThrownBy(() -> MasterSecret.read(longOne, Map.of())).hasMessageContaining("16 to 4096 bytes");
        assertThatThrownBy(() -> MasterSecret.read(null, Map.of(MasterSecret.VARIABLE, "x")))
                .hasMessageStartingWith("$STILLGATE_CANARY_SECRET: ");
        assertThatThrownBy(() -> MasterSecret.read(directory.resolve("none"), Map.of()))
                .isInstanceOf(IOException.class);
    }
}
