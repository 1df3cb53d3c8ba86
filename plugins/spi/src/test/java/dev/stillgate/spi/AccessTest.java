package dev.stillgate.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTest {
    private static final Access NONE = new Access(List.of(), List.of(), null, false);

    @ParameterizedTest
    @CsvSource({
        "gpt-5, true",
        "gpt-5-mini, false",
        "GPT-5, false",
        "claude-haiku-, true",
        "claude-haiku-4-5, true",
        "claude-haiku, false",
        "my-claude-haiku-4, false",
        "'', false"
    })
    void modelFitsANameOrAPrefix(String model, boolean allowed) {
        Access access = new Access(List.of("gpt-5", "claude-haiku-*"), List.of(), null, false);
        assertThat(access.allowsModel(model)).isEqualTo(allowed);
        assertThat(NONE.allowsModel(model)).isTrue();
        assertThat(new Access(List.of("*"), List.of(), null, false).allowsModel(model))
                .isTrue();
    }

    @Test
    void addressLiesInANetwork() {
        Access access = new Access(
                List.of(), List.of(Network.parse("10.0.0.0/8"), Network.parse("2001:db8::/32")), null, false);
        assertThat(access.allowsAddress(InetAddress.ofLiteral("10.255.0.1"))).isTrue();
        assertThat(access.allowsAddress(InetAddress.ofLiteral("::ffff:10.0.0.1")))
                .isTrue();
        assertThat(access.allowsAddress(InetAddress.ofLiteral("2001:db8::1"))).isTrue();
        assertThat(access.allowsAddress(InetAddress.ofLiteral("11.0.0.1"))).isFalse();
        assertThat(access.allowsAddress(InetAddress.ofLiteral("2001:db9::1"))).isFalse();
        assertThat(NONE.allowsAddress(InetAddress.ofLiteral("11.0.0.1"))).isTrue();
    }

    @Test
    void endIsTheFirstMillisecondOfRefusals() {
        Instant end = Instant.parse("2026-12-31T00:00:00Z");
        Access access = new Access(List.of(), List.of(), end, false);
        assertThat(access.isExpired(end.toEpochMilli() - 1)).isFalse();
        assertThat(access.isExpired(end.toEpochMilli())).isTrue();
        assertThat(NONE.isExpired(Long.MAX_VALUE)).isFalse();
    }
}
