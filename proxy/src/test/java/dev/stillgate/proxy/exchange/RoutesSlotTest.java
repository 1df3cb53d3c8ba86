package dev.stillgate.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Places of request lines in the cache of {@link Routes}. */
class RoutesSlotTest {
    private static final List<String> MODELS =
            List.of("claude-opus-4-1", "claude-opus-4-5", "claude-opus-4-7", "claude-opus-4-8", "claude-mini-4-5");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /model/us.anthropic.%s-20250929-v1%%3A0/invoke-with-response-stream",
                "POST /v1/projects/p/locations/us-east5/publishers/anthropic/models/%s@20250929:streamRawPredict"
            })
    @DisplayName("engine A1: models of a cloud do not evict each other from the cache of targets")
    void modelsHaveDifferentSlots(String line) {
        assertThat(MODELS.stream().map(model -> slot(line.formatted(model))).distinct())
                .hasSameSizeAs(MODELS);
    }

    private static int slot(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.US_ASCII);
        return Routes.slot(bytes, bytes.length);
    }
}
