package dev.stillgate.tokenbucket.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.PolicyException;
import io.github.bucket4j.BucketState64BitsInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Refusal of a Bucket4j version without the private methods. */
final class Bucket4jMethodTest {
    @Test
    @DisplayName("plugins 19: a Bucket4j without the private methods is refused with a message that names the version")
    void versionWithoutTheMethodsIsRefused() {
        assertThatCode(Bucket4jMethod::check).doesNotThrowAnyException();
        assertThatThrownBy(() -> Bucket4jMethod.check(Bucket4jMethodTest.class))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("Bucket4jMethodTest has no method consume(int,long)void")
                .hasMessageContaining("bucket4j_jdk17-core 8.19.0");
    }

    @Test
    @DisplayName("plugins 19: the version in the message is that of the build")
    void versionEqualsThatOfTheBuild() {
        assertThat(BucketState64BitsInteger.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .contains("-" + Bucket4jMethod.VERSION + ".jar");
    }
}
