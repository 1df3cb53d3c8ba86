package dev.stillgate.fingerprint.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Operation;
import org.junit.jupiter.api.Test;

/** Model APIs of operations. */
class DialectTest {
    @Test
    void operationsOfGeminiAreADialect() {
        assertThat(Dialect.of(Operation.GENERATE_CONTENT)).isEqualTo(Dialect.GEMINI);
        assertThat(Dialect.of(Operation.COUNT_CONTENT_TOKENS)).isEqualTo(Dialect.GEMINI);
        assertThat(Dialect.of(Operation.EMBEDDINGS)).isEqualTo(Dialect.OTHER);
    }
}
