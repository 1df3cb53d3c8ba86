package dev.stillgate.proxy.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class FactHashTest {
    private static final String SECRET = "0123456789abcdef";

    private static String hash(String name, String value) {
        return new FactHash(SECRET, name).of(value);
    }

    @Test
    void hashIsTruncatedHmacUnderAKeyOfItsFact() throws Exception {
        byte[] key = hmac(SECRET.getBytes(StandardCharsets.UTF_8), "stillgate fact hash payment");
        byte[] expected = Arrays.copyOf(hmac(key, "card-1"), 16);
        assertThat(hash("payment", "card-1"))
                .isEqualTo("h:" + Base64.getUrlEncoder().withoutPadding().encodeToString(expected))
                .matches(FactHash::isHash);
    }

    private static byte[] hmac(byte[] key, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void factsAndSecretsAreSeparated() {
        assertThat(hash("payment", "x")).isNotEqualTo(hash("device", "x"));
        assertThat(new FactHash("0123456789abcdeg", "payment").of("x")).isNotEqualTo(hash("payment", "x"));
    }

    @Test
    void valuesAreNormalised() {
        assertThat(hash("payment", " \t card-1\u2003")).isEqualTo(hash("payment", "card-1"));
        assertThat(hash("device", "Mu\u0308ller")).isEqualTo(hash("device", "M\u00fcller"));
        assertThat(hash("device", "A")).isNotEqualTo(hash("device", "a"));
        assertThat(hash("email-domain", "Ann@Example.COM")).isEqualTo(hash("email-domain", "example.com"));
        assertThat(hash("payment", "ann@example.com")).isNotEqualTo(hash("payment", "example.com"));
    }

    @Test
    void blankValuesHaveNoHash() {
        assertThat(hash("payment", " \u2003 ")).isEmpty();
        assertThat(hash("email-domain", "ann@")).isEmpty();
    }

    @Test
    void namesAreShortAndLowerCase() {
        assertThat(FactHash.isName("signup-network2")).isTrue();
        assertThat(FactHash.isName("a".repeat(40))).isTrue();
        for (String other : new String[] {"", "a".repeat(41), "Payment", "a_b", "a b", "é", "a\n"}) {
            assertThat(FactHash.isName(other)).as(other).isFalse();
        }
    }
}
