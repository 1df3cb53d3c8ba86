package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.PolicyException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookOptionsTest {
    private static final String SECRET = "0123456789abcdef";
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hooks.example/x",
                "ftp://hooks.example/s3cret",
                "https:///s3cret",
                "https://user:s3cret@hooks.example/",
                "https://hooks.example/#s3cret",
                "https://hooks.example/s3 cret"
            })
    void invalidUrlIsRejectedWithoutShowingIt(String url) {
        assertThatThrownBy(() -> new WebhookOptions(url, SECRET, TIMEOUT))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("expected http://host[:port]/path")
                .message()
                .doesNotContain("s3");
    }

    @Test
    void shortSecretAndInvalidTimeoutAreRejected() {
        assertThatThrownBy(() -> new WebhookOptions("https://hooks.example/x", "short s3cret", TIMEOUT))
                .hasMessageContaining("at least 16")
                .message()
                .doesNotContain("s3cret");
        assertThatThrownBy(() -> new WebhookOptions("https://hooks.example/x", SECRET, Duration.ZERO))
                .hasMessageContaining("between 100ms and 1m");
        assertThatThrownBy(() -> new WebhookOptions("https://hooks.example/x", SECRET, Duration.ofHours(1)))
                .hasMessageContaining("between 100ms and 1m");
    }

    @Test
    void textShowsNoSecret() {
        WebhookOptions options = new WebhookOptions("https://hooks.example:8443/s3cret", SECRET, TIMEOUT);
        assertThat(options.uri().getPort()).isEqualTo(8443);
        assertThat(options.toString()).doesNotContain("s3cret", SECRET);
    }
}
