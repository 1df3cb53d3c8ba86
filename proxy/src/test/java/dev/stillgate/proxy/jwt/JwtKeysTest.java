package dev.stillgate.proxy.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.jwt.JwtKeys.BadKeySet;
import dev.stillgate.proxy.rig.Tokens;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the reading of key sets. */
class JwtKeysTest {
    private static final Tokens RSA = Tokens.rsa("a");
    private static final Tokens EC = Tokens.p256("a");

    private static JwtKeys parse(String set) throws BadKeySet {
        return JwtKeys.parse(set.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keysOfDifferentFamiliesMayShareAnId() throws BadKeySet {
        JwtKeys keys = parse(Tokens.set(RSA, EC));
        assertThat(keys.size()).isEqualTo(2);
        assertThat(keys.notes()).isEmpty();
        assertThat(keys.find("a", JwtAlgorithm.RS512)).isNotSameAs(keys.find("a", JwtAlgorithm.ES256));
        assertThat(keys.find("a", JwtAlgorithm.ES384)).isNull();
    }

    @Test
    void repeatedKeyIsOneKey() throws BadKeySet {
        JwtKeys keys = parse(Tokens.set(EC, EC));
        assertThat(keys.size()).isEqualTo(1);
        assertThat(keys.notes()).isEmpty();
    }

    @Test
    void differentKeysWithOneIdAreNotUsed() throws BadKeySet {
        JwtKeys keys = parse(Tokens.set(EC, Tokens.p256("a"), EC, RSA));
        assertThat(keys.find("a", JwtAlgorithm.ES256)).isNull();
        assertThat(keys.find("a", JwtAlgorithm.RS256)).isNotNull();
        assertThat(keys.notes()).singleElement().asString().contains("two different keys have the id a");
    }

    @Test
    void unusableKeysAreLeftOut() throws BadKeySet {
        String bad = String.join(
                ",",
                "{\"kty\":\"oct\",\"kid\":\"s\",\"k\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
                "{\"kty\":\"new\"}",
                "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQ\",\"y\":\"AQ\"}",
                "7",
                Tokens.rsa("weak", 1024).jwk(),
                Tokens.p256("e").jwk().replace("}", ",\"use\":\"enc\"}"),
                Tokens.p256("e").jwk().replace("}", ",\"key_ops\":[\"sign\"]}"),
                EC.jwk());
        JwtKeys keys = parse("{\"keys\":[" + bad + "]}");
        assertThat(keys.size()).isEqualTo(1);
        assertThat(keys.notes()).hasSize(7);
    }

    @Test
    void algorithmOfAKeyIsItsOnlyOne() throws BadKeySet {
        JwtKeys keys = parse("{\"keys\":[" + RSA.jwk().replace("}", ",\"alg\":\"PS256\"}") + "]}");
        assertThat(keys.find("a", JwtAlgorithm.RS256)).isNull();
        assertThat(keys.find(null, JwtAlgorithm.RS256)).isNull();
        assertThat(keys.find("a", JwtAlgorithm.PS256)).isNotNull();
    }

    @Test
    void keyMayBeListedOnceForEachAlgorithm() throws BadKeySet {
        String first = RSA.jwk().replace("}", ",\"alg\":\"RS256\"}");
        String second = RSA.jwk().replace("}", ",\"alg\":\"PS256\"}");
        JwtKeys keys = parse("{\"keys\":[" + first + "," + second + "]}");
        assertThat(keys.notes()).isEmpty();
        assertThat(keys.find("a", JwtAlgorithm.RS256)).isNotNull().isSameAs(keys.find("a", JwtAlgorithm.PS256));
        assertThat(keys.find(null, JwtAlgorithm.PS256)).isNotNull();
        assertThat(keys.find("a", JwtAlgorithm.RS512)).isNull();
        JwtKeys one = parse("{\"keys\":[" + first + "]}");
        JwtKey key = one.find("a", JwtAlgorithm.RS256);
        assertThat(key != null && keys.holds(key)).as("the purpose has changed").isFalse();
        JwtKeys any = parse("{\"keys\":[" + first + "," + RSA.jwk() + "]}");
        assertThat(any.find("a", JwtAlgorithm.RS512)).isNotNull();
        assertThat(any.notes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "{\"keys\":{}}", "{\"keys\":[{}]}", "<html>", "{\"keys\":["})
    void otherDocumentIsRefused(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(BadKeySet.class);
    }

    @Test
    void emptyListIsASetWithoutKeys() throws BadKeySet {
        assertThat(parse("{\"keys\":[]}").isEmpty()).isTrue();
    }

    @Test
    void hugeSetIsRefused() {
        assertThatThrownBy(() -> parse(" ".repeat(JwtKeys.MAX_BYTES) + Tokens.set(EC)))
                .hasMessageContaining("is larger than 262144 bytes");
        assertThatThrownBy(() -> parse("{\"keys\":[" + "1,".repeat(100) + "1]}"))
                .hasMessageContaining("has 101 keys");
    }
}
