package dev.stillgate.canary.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Replays the corpus of {@link LedgerFuzz}, also truncated and with single bytes changed. */
class LedgerFuzzReplayTest {
    private static final long SEED = 20261127;

    @Test
    void everyInputIsSafe() throws IOException, URISyntaxException {
        Random random = new Random(SEED);
        List<Path> inputs;
        try (Stream<Path> files =
                Files.list(Path.of(LedgerFuzz.class.getResource("/fuzz/Ledger").toURI()))) {
            inputs = files.sorted().toList();
        }
        assertThat(inputs).hasSizeGreaterThan(4);
        for (Path input : inputs) {
            byte[] bytes = Files.readAllBytes(input);
            LedgerFuzz.fuzzerTestOneInput(bytes);
            for (int i = 0; i < 200; i++) {
                byte[] copy = Arrays.copyOf(bytes, bytes.length - (i % 2) * random.nextInt(bytes.length));
                copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
                try {
                    LedgerFuzz.fuzzerTestOneInput(copy);
                } catch (RuntimeException e) {
                    throw new AssertionError(input + ", " + Base64.getEncoder().encodeToString(copy), e);
                }
            }
        }
    }
}
