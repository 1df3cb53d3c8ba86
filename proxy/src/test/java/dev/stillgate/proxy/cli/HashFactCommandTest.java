package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.FactHash;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Output and exit codes of {@code stillgate hash-fact}. */
@Isolated("replaces the standard input of the JVM")
class HashFactCommandTest {
    private static final String NEW = "the-new-secret-of-the-test";
    private static final String OLD = "the-old-secret-of-the-test";

    @TempDir
    private Path directory;

    private Lines run(byte[] input, String... arguments) throws IOException {
        Path config = Files.writeString(
                directory.resolve("stillgate.yaml"), "hashing: {h2: \"%s\", h1: \"%s\"}\n".formatted(NEW, OLD));
        String[] line = new String[arguments.length + 3];
        line[0] = "hash-fact";
        line[1] = "--config";
        line[2] = config.toString();
        System.arraycopy(arguments, 0, line, 3, arguments.length);
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input));
        try {
            return Lines.of(line);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void eachLineGivesOneLine() throws IOException {
        Lines run = run("card-1\n\r\n card-2\r\ncard-1".getBytes(StandardCharsets.UTF_8), "payment");
        FactHash hash = new FactHash(NEW, "payment");
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .isEqualTo(hash.of("card-1") + "\n\n" + hash.of("card-2") + "\n" + hash.of("card-1") + "\n");
    }

    @Test
    void olderSecretCanBeNamed() throws IOException {
        Lines run = run("card-1".getBytes(StandardCharsets.UTF_8), "payment", "--secret", "h1");
        assertThat(run.out()).isEqualTo(new FactHash(OLD, "payment").of("card-1") + "\n");
    }

    @Test
    void wrongUsageIsExplained() throws IOException {
        assertThat(run(new byte[0]).exit()).isEqualTo(2);
        Lines value = run(new byte[0], "payment", "card-1");
        assertThat(value.exit()).isEqualTo(2);
        Lines name = run(new byte[0], "Payment");
        assertThat(name.exit()).isEqualTo(2);
        assertThat(name.err()).contains("invalid fact name: expected 1 to 40 of a-z, 0-9 and -");
        Lines secret = run(new byte[0], "payment", "--secret", "h3");
        assertThat(secret.exit()).isEqualTo(2);
        assertThat(secret.err()).contains("unknown secret \"h3\": expected one of h2, h1, from hashing in ");
    }

    @Test
    void undecodableLineIsAnError() throws IOException {
        Lines run = run("M\u00fcller\nM\u00f6ller".getBytes(StandardCharsets.ISO_8859_1), "payment");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("the values after line 0 are not valid UTF-8");
        assertThat(run.out()).isEmpty();
    }
}
