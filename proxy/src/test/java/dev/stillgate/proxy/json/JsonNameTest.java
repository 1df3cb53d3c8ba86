package dev.stillgate.proxy.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;

final class JsonNameTest {
    @Property
    void nameMatchesEqualBytes(
            @ForAll @CharRange(from = 'a', to = 'b') @StringLength(max = 20) String name,
            @ForAll @CharRange(from = 'a', to = 'b') @StringLength(max = 20) String other,
            @ForAll @IntRange(max = 9) int before,
            @ForAll @IntRange(max = 9) int after) {
        assertThat(found(name, other, before, after)).isEqualTo(name.equals(other));
        assertThat(found(name, name, before, after)).isTrue();
    }

    @Property
    void nameDoesNotMatchIfOneByteDiffers(
            @ForAll @StringLength(min = 1, max = 20) String name, @ForAll @IntRange(max = 60) int at) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        JsonName wanted = new JsonName(new String(bytes, StandardCharsets.UTF_8));
        byte[] text = wanted.text.getBytes(StandardCharsets.UTF_8);
        assertThat(wanted.is(text, 0, text.length)).isTrue();
        text[at % text.length] ^= 1;
        assertThat(wanted.is(text, 0, text.length)).isFalse();
    }

    /** Compares a name with another one that is surrounded by other bytes. */
    private static boolean found(String name, String stands, int before, int after) {
        byte[] bytes = ("a".repeat(before) + stands + "b".repeat(after)).getBytes(StandardCharsets.UTF_8);
        return new JsonName(name).is(bytes, before, bytes.length - after);
    }
}
