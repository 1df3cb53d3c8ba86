package dev.stillgate.proxy.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextPoolTest {
    @Property(tries = 300)
    void textsAreNumberedOnceAndReadBack(
            @ForAll @Size(max = 300) List<@StringLength(max = TextPool.LONGEST) String> texts) {
        TextPool pool = new TextPool();
        Map<String, Integer> model = new HashMap<>();
        for (String text : texts) {
            assertThat(pool.find(text)).isEqualTo(model.getOrDefault(text, -1));
            int expected = model.computeIfAbsent(text, absent -> model.size());
            assertThat(pool.intern(text)).isEqualTo(expected);
        }
        assertThat(pool.size()).isEqualTo(model.size());
        pool.close();
        model.forEach((text, number) -> {
            assertThat(pool.get(number)).isEqualTo(text);
            assertThat(pool.search(text)).isEqualTo(number);
        });
        assertThat(pool.search("none of them is as long as this one: " + texts)).isEqualTo(-1);
    }

    @Test
    void textsMayExceedAChunk() {
        TextPool pool = new TextPool();
        List<String> some = new ArrayList<>();
        int count = 90_000; // 250 characters each, of both widths, exceed a chunk of 16 MiB
        for (int i = 0; i < count; i++) {
            String text = (i % 1000 == 0 ? "中" : "x").repeat(240) + i;
            assertThat(pool.add(text)).isEqualTo(i);
            if (i % 997 == 0) {
                some.add(text);
            }
        }
        pool.close();
        for (int i = 0; i < some.size(); i++) {
            assertThat(pool.get(i * 997)).isEqualTo(some.get(i));
        }
        assertThat(pool.get(count - 1)).endsWith("" + (count - 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {65_535, 65_536, 65_537})
    void fullChunkIsKept(int count) {
        TextPool pool = new TextPool(); // a text of 254 characters takes 256 bytes, so a chunk has space for 65,536
        for (int i = 0; i < count; i++) {
            pool.add("%0254d".formatted(i));
        }
        pool.close();
        for (int i : new int[] {0, 65_534, count - 1}) {
            assertThat(pool.get(i)).isEqualTo("%0254d".formatted(i));
        }
    }

    @Test
    void tooLongTextIsRejected() {
        assertThatThrownBy(() -> new TextPool().add("x".repeat(TextPool.LONGEST + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
