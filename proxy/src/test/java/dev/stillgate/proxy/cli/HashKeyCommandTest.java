package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.config.OperatorToken;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Output and exit codes of {@code stillgate hash-key --operator}. */
@Isolated("replaces the standard input of the JVM")
class HashKeyCommandTest {
    private static Lines run(String input, String... arguments) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return Lines.of(arguments);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void newTokenIsPrintedWithItsHash() {
        List<String> lines =
                run("", "hash-key", "--operator", "--new").out().lines().toList();
        assertThat(lines).hasSize(2);
        String token = lines.get(0).substring("token: ".length());
        OperatorToken hash = OperatorToken.parse(lines.get(1).substring("hash:  ".length()));
        assertThat(hash.matches(token)).isTrue();
    }

    @Test
    void tokensOfStandardInputAreHashed() {
        String token = "a-token-of-the-test-0123456789";
        Lines run = run(token + "\n\n " + token + " \r\n", "hash-key", "--operator");
        assertThat(run.exit()).isZero();
        assertThat(run.out().lines())
                .hasSize(2)
                .allMatch(line -> OperatorToken.parse(line).matches(token));
    }

    @Test
    void weakTokenIsRefusedWithoutBeingShown() {
        Lines run = run("hunter2\n", "hash-key", "--operator");
        assertThat(run.exit()).isOne();
        assertThat(run.err()).contains("7 characters: expected 22 to 256").doesNotContain("hunter2");
    }

    @Test
    void wrongUsageIsExplained() {
        assertThat(run("", "hash-key", "--new").exit()).isEqualTo(2);
        assertThat(run("", "hash-key", "--operator", "--config", "stillgate.yaml")
                        .err())
                .contains("--operator uses no --config");
    }
}
