package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests hashes of operators' tokens. */
class OperatorTokenTest {
    private final SecureRandom random = new SecureRandom();

    @Test
    void hashIsThatOfItsTokenAlone() {
        String token = OperatorToken.random(random);
        String text = OperatorToken.of(token, random).toString();
        OperatorToken read = OperatorToken.parse(text);
        assertThat(token).hasSize(43);
        assertThat(read.matches(token)).isTrue();
        assertThat(read.matches(OperatorToken.random(random))).isFalse();
        assertThat(read.matches("")).isFalse();
        assertThat(read).hasToString(text);
        assertThat(OperatorToken.of(token, random)).as("another salt").doesNotHaveToString(text);
    }

    @Test
    void formOfTheHashStays() {
        assertThat(OperatorToken.parse("h:AAAAAAAAAAAAAAAAAAAAAA:vqKdQX88TDxqIqmnAM9v6N2jS3CBarTI9eIe33WEAb8")
                        .matches("0123456789abcdefghijklmn"))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "too-short",
                "0123456789 0123456789 0123",
                "0123456789012345678901\u0000",
                "ääääääääääääääääääääää"
            })
    void badTokenIsNotHashed(String token) {
        assertThatThrownBy(() -> OperatorToken.of(token, random))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .doesNotContain(token);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "h:",
                "a-token-in-clear-of-some-length",
                "h:AAAAAAAAAAAAAAAAAAAAAA:AAAA",
                "h1:0123456789abcdef0123456789abcdef"
            })
    void otherTextIsNoHashAndAppearsInNoMessage(String text) {
        assertThatThrownBy(() -> OperatorToken.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "expected h:SALT:HASH, as `stillgate hash-key --operator` prints it; never the token itself");
    }

    @Test
    void namesThatLookAlikeAreNotTwoNames() {
        for (String name : List.of(
                "Ann Lee", "Jos\u00e9", "\u674e\u96f7", "o'hara@example.org", "\u0410\u043d\u043d\u0430", "a|b:c-1")) {
            assertThat(OperatorSettings.isName(name)).as(name).isTrue();
        }
        for (String name : List.of(
                "Ann  Lee", // two blanks
                "Ann\u00a0Lee",
                "Jose\u0301", // decomposed
                "\uff41nn", // full width
                "\u017fam", // a long s, whose upper case is S
                "ann\ufe0f", // a variation selector
                "a\u034fnn",
                "ann\ud83c\udffb",
                "ann\udb40\udd00",
                "a\u200dnn",
                "\u3164ann",
                "\u1160ann")) {
            assertThat(OperatorSettings.isName(name)).as(name).isFalse();
        }
    }
}
