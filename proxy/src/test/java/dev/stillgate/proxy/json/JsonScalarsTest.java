package dev.stillgate.proxy.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the reading of chosen members, and of numbers. */
class JsonScalarsTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void namedMembersAreRead() throws MalformedBody {
        String document = """
                {"s":"a","n":7,"t":true,"f":false,"z":null,"l":["a",1e1,["b"],{"c":"d"},"e"],"o":{"a":1},"more":1e1}
                """;
        assertThat(JsonScalars.read(bytes(document), Set.of("s", "n", "t", "f", "z", "l", "o", "absent")))
                .isEqualTo(Map.of("s", "a", "n", 7L, "t", true, "f", false, "l", List.of("a", "e"), "o", Map.of()));
        assertThat(JsonScalars.read(bytes("{\"\\u0073\":\"a\"}"), Set.of("s"))).isEqualTo(Map.of("s", "a"));
        assertThat(JsonScalars.read(bytes("[\"s\"]"), Set.of("s"))).isNull();
    }

    @Test
    void longNumberIsNotConverted() throws MalformedBody {
        String longest = "1".repeat(JsonScalars.MAX_NUMBER);
        assertThat(JsonScalars.read(bytes("{\"a\":" + longest + ",\"b\":" + longest + "1}"), Set.of("a", "b")))
                .isEqualTo(Map.of("a", Double.valueOf(longest), "b", Double.NaN));
    }

    @ParameterizedTest
    @CsvSource({
        "0, true",
        "-0, true",
        "999999999999999999, true",
        "9223372036854775807, true",
        "-9223372036854775808, true",
        "9223372036854775808, false",
        "-9223372036854775809, false",
        "12345678901234567890, false",
        "1e1, false",
        "10.0, false",
        "-1E400, false",
    })
    void integersThatFitAreLongs(String literal, boolean whole) throws MalformedBody {
        Object value = JsonValues.read(bytes(literal));
        assertThat(value).isEqualTo(whole ? (Object) Long.valueOf(literal) : Double.valueOf(literal));
    }
}
