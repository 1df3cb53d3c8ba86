package dev.stillgate.proxy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonMembersTest {
    private final JsonMembers members = new JsonMembers();
    private byte[] bytes = new byte[0];

    private void read(String json) throws MalformedBody {
        bytes = ("//" + json + "//").getBytes(StandardCharsets.UTF_8);
        members.read(bytes, 2, bytes.length - 2);
    }

    private String raw(String name) {
        int member = members.find(name);
        return member == JsonMembers.NONE
                ? "absent"
                : new String(
                        bytes,
                        members.start(member),
                        members.stop(member) - members.start(member),
                        StandardCharsets.UTF_8);
    }

    @Test
    void valuesAreOriginalBytes() throws MalformedBody {
        read(" { \"a\" : [1, {\"b\":\"}\\\"]\"}] ,\"n\":null,\"s\":\"\\u00e9\\\\\",\"t\":true, \"x\":-1.5e+3 } ");
        assertThat(raw("a")).isEqualTo("[1, {\"b\":\"}\\\"]\"}]");
        assertThat(raw("n")).isEqualTo("absent");
        assertThat(raw("b")).isEqualTo("absent");
        assertThat(raw("t")).isEqualTo("true");
        assertThat(raw("x")).isEqualTo("-1.5e+3");
        int text = members.find("s");
        assertThat(members.isText(text)).isTrue();
        assertThat(JsonMembers.text(bytes, members.start(text), members.stop(text)))
                .isEqualTo("é\\");
        assertThat(members.isText(members.find("t"))).isFalse();
        assertThat(members.isText(JsonMembers.NONE)).isFalse();
        read("{}");
        assertThat(raw("a")).isEqualTo("absent");
    }

    @Test
    void wholeAcceptsOnlyPlainIntegers() throws MalformedBody {
        read("{\"a\":1770000000123,\"b\":-1,\"c\":1.0,\"d\":\"1\",\"e\":12345678901234567,\"f\":0,\"g\":1e3}");
        assertThat(members.whole(members.find("a"))).isEqualTo(1_770_000_000_123L);
        assertThat(members.whole(members.find("f"))).isZero();
        for (String other : new String[] {"b", "c", "d", "e", "g", "absent"}) {
            assertThat(members.whole(members.find(other))).as(other).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1",
                "{\"a\":1,}",
                "{\"a\":1 \"b\":2}",
                "{a:1}",
                "{\"a\":\"x}",
                "{\"a\":[1}",
                "{\"a\":[1}]",
                "{\"a\":{\"b\":[}]}",
                "{\"a\":1}{",
                "{\"a\":1,\"a\":2}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\",
                "{\"a\":[\"x]}"
            })
    void invalidObjectIsRejected(String json) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(MalformedBody.class);
    }

    @Test
    void depthAndMemberCountAreLimited() throws MalformedBody {
        read("{\"a\":" + "[".repeat(512) + "]".repeat(512) + "}");
        assertThatThrownBy(() -> read("{\"a\":" + "[".repeat(513) + "]".repeat(513) + "}"))
                .hasMessageContaining("nested");
        StringBuilder many = new StringBuilder("{\"k\":1");
        for (int i = 0; i < 64; i++) {
            many.append(",\"k").append(i).append("\":1");
        }
        assertThatThrownBy(() -> read(many + "}")).hasMessageContaining("more than 64 members");
    }

    @Test
    void invalidTextIsRejected() {
        byte[] broken = "\"\\x\"".getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> JsonMembers.text(broken, 0, broken.length)).isInstanceOf(MalformedBody.class);
        byte[] latin = {'"', (byte) 0xe9, '"'};
        assertThatThrownBy(() -> JsonMembers.text(latin, 0, latin.length)).isInstanceOf(MalformedBody.class);
    }
}
