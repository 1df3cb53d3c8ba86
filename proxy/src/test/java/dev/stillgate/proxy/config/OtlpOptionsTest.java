package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.PolicyException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpOptionsTest {
    private static final String URL = "http://collector:4318";
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @ParameterizedTest
    @ValueSource(
            strings = {"", "collector:4318", "grpc://c", "http:///v1", "http://u@c/", "http://c/?q", "http://c/#f"})
    void invalidUrlIsRejected(String url) {
        assertThatThrownBy(() -> new OtlpOptions(url, MINUTE, 0, Map.of()))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("expected http://host[:port][/path]");
    }

    @ParameterizedTest
    @CsvSource({"0,0", "999,0", "3600001,0", "1000,-0.1", "1000,1.1", "1000,NaN"})
    void intervalAndShareHaveBounds(long millis, double spans) {
        assertThatThrownBy(() -> new OtlpOptions(URL, Duration.ofMillis(millis), spans, Map.of()))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("between");
    }

    @ParameterizedTest
    @CsvSource({"Host,x", "content-length,1", "a b,x", "x,'a\r\nb: c'", "x,''"})
    void invalidHeaderFieldsAreRejected(String name, String value) {
        assertThatThrownBy(() -> new OtlpOptions(URL, MINUTE, 0, Map.of(name, value)))
                .isInstanceOf(PolicyException.class);
    }

    @Test
    void pathsAreAppendedAndSecretsAreNotShown() {
        OtlpOptions options = new OtlpOptions(URL + "/base/", MINUTE, 1, Map.of("authorization", "s3cret"));
        assertThat(options.base()).isEqualTo(URL + "/base");
        assertThat(options.host()).isEqualTo("collector");
        assertThat(options.toString()).contains("authorization").doesNotContain("s3cret");
    }
}
