package dev.stillgate.fingerprint.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which ids look random. */
class RandomIdsTest {
    private static final String HEX = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    private static final String UUID_TEXT = "0e6e8a53-7c1b-4d0a-9f0e-2b7f4c1d9a3e";

    @ParameterizedTest
    @CsvSource(quoteCharacter = '\'', textBlock = """
                    '0e6e8a53-7c1b-4d0a-9f0e-2b7f4c1d9a3e', '0e6e8a53-7c1b-4d0a-9f0e-2b7f4c1d9a3e'
                    'user-0e6e8a53-7c1b-4d0a-9f0e-2b7f4c1d9a3e', '0e6e8a53-7c1b-4d0a-9f0e-2b7f4c1d9a3e'
                    '9f86d081884c7d65', '9f86d081884c7d65'
                    'user_2aBc4DeF6gHi8JkL0mN', '2aBc4DeF6gHi8JkL0mN'
                    """)
    void randomPartIsFound(String id, String part) {
        assertThat(RandomIds.part(id)).isEqualTo(part);
    }

    @Test
    void deviceNamesThePersonAndNotTheSession() {
        assertThat(RandomIds.part("user_" + HEX + "_account__session_" + UUID_TEXT))
                .isEqualTo(HEX);
        assertThat(RandomIds.part(
                        "{\"device_id\":\"" + HEX + "\",\"account_uuid\":\"\",\"session_id\":\"" + UUID_TEXT + "\"}"))
                .isEqualTo(HEX);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ann.example.1984@mail.example",
                "customer-support-team",
                "CustomerSupport2026Team",
                "1234567890123456",
                "0000000000000001",
                "00000000-0000-0000-0000-000000000001",
                "deadbeefdeadbeef",
                "default_user_of_the_application",
                "a1b2c3",
                ""
            })
    void guessableIdIsNotRandom(String id) {
        assertThat(RandomIds.part(id)).isNull();
    }

    @Test
    void mostRandomIdsAreFound() {
        Random random = new Random(4);
        int found = 0;
        for (int i = 0; i < 1000; i++) {
            byte[] bytes = new byte[16];
            random.nextBytes(bytes);
            String uuid = new UUID(random.nextLong(), random.nextLong()).toString();
            String base64 = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
            found += uuid.equals(RandomIds.part(uuid)) ? 1 : 0;
            found += RandomIds.part(base64) != null ? 1 : 0;
        }
        assertThat(found).isGreaterThan(1800);
    }
}
