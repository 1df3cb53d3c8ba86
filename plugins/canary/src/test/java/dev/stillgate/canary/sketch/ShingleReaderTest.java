package dev.stillgate.canary.sketch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.canary.key.MasterSecret;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ShingleReaderTest {
    private static final SketchKey KEY = SketchKey.of(MasterSecret.test());
    private static final String TEXT =
            "It was late when the train arrived at the small station. The porter had already gone home for the night!";

    private static Set<Long> served(CharSequence text) {
        return served(KEY, text);
    }

    private static Set<Long> served(SketchKey key, CharSequence text) {
        Set<Long> shingles = new LinkedHashSet<>();
        ShingleReader reader = ShingleReader.ofServed(key, (hash, end) -> shingles.add(hash));
        reader.read(text);
        reader.end();
        return shingles;
    }

    private static Set<Long> leaked(CharSequence text) {
        Set<Long> shingles = new HashSet<>();
        ShingleReader reader = ShingleReader.ofLeaked(KEY, (hash, end) -> shingles.add(hash));
        reader.read(text);
        reader.end();
        return shingles;
    }

    @Test
    void hashIsSipHash() {
        ByteBuffer message = ByteBuffer.allocate(48).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 48; i++) {
            message.put(i, (byte) i);
        }
        long[] ring = new long[8];
        for (int i = 0; i < 6; i++) {
            ring[(i + 5) & 7] = message.getLong(8 * i);
        }
        SketchKey key = SketchKey.of(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        assertThat(key.shingle(ring, 11)).isEqualTo(0xe612a3cb9ecba951L);
    }

    @Test
    void keyDependsOnTheSecret() {
        SketchKey other = SketchKey.of(MasterSecret.of(new byte[16]));
        assertThat(other.id()).isNotEqualTo(KEY.id());
        assertThat(served(other, TEXT)).doesNotContainAnyElementsOf(served(TEXT));
        assertThat(SketchKey.of(MasterSecret.test()).id()).isEqualTo(KEY.id());
    }

    @Test
    void servedShinglesStayWithinSentences() {
        assertThat(served(TEXT)).hasSize(6 + 4);
        assertThat(served("The porter had already gone home for the night.")).hasSize(4);
        assertThat(served(TEXT)).containsAll(served("The porter had already gone home for the night."));
        assertThat(served("One, two, three, four, five.")).isEmpty();
        assertThat(served("Sure! Here it is, as promised."))
                .as("a short sentence joins the next")
                .hasSize(1);
    }

    @Test
    void resultDoesNotDependOnLayoutCaseAndMarkdown() {
        String marked =
                "## It was **late** when\tthe _train_ arrived at the [small](https://a.example/b?c=d) station.\r\n\r\n"
                        + "> The porter had `already` gone home for the night!";
        assertThat(served(marked)).isEqualTo(served(TEXT));
        assertThat(leaked(TEXT.toUpperCase(Locale.ROOT).replace(' ', '\n'))).containsAll(served(TEXT));
        assertThat(leaked(TEXT.replaceAll("[.!]", "")))
                .as("without punctuation")
                .containsAll(served(TEXT));
        assertThat(served("It doesn’t matter what he won't do."))
                .isEqualTo(served("it doesn't matter what he won’t do."));
        assertThat(served("1. The first of all good things here.\n12) The second of all good things here."))
                .isEqualTo(served("The first of all good things here.\nThe second of all good things here."));
        assertThat(served("It was in a year like 1999. Then came the year after that one."))
                .as("a number that ends a sentence is a word")
                .hasSize(2 + 2)
                .isNotEqualTo(served("It was in a year like. Then came the year after that one."));
    }

    @Test
    void resultDoesNotDependOnTheSplit() {
        String text =
                TEXT + "\n\n- [a](b) 東京は日本の首都です。そうです。\n2. Another 3.14 thing, é" + "́ and \ud83d\ude00 so on\n" + TEXT;
        Random random = new Random(1);
        for (int round = 0; round < 200; round++) {
            Set<Long> shingles = new LinkedHashSet<>();
            ShingleReader reader = ShingleReader.ofServed(KEY, (hash, end) -> shingles.add(hash));
            for (int at = 0; at < text.length(); ) {
                int to = Math.min(text.length(), at + 1 + random.nextInt(7));
                reader.read(text.substring(at, to));
                at = to;
            }
            reader.end();
            assertThat(shingles).isEqualTo(served(text));
        }
    }

    @Test
    void leakedTextHasTheShinglesOfItsServedSentences() {
        Random random = new Random(2);
        for (int round = 0; round < 100; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 400; i++) {
                text.append("ab1. ,\n)](*é東'。!".charAt(random.nextInt(16)));
            }
            assertThat(leaked(text)).containsAll(served(text));
        }
    }

    @Test
    void anyInputIsRead() {
        assertThat(served("")).isEmpty();
        assertThat(served("word")).isEmpty();
        assertThat(served("\0\0 a\0b \uffff \ud800 \udfff x y z u v w")).isNotEmpty();
        assertThat(served("Это предложение состоит из восьми простых слов.")).hasSize(2);
        assertThat(served("東京は日本の首都です。")).hasSize(10 - 5);
        assertThat(served("](" + "x".repeat(10_000) + " one two three four five six"))
                .as("a link that never ends is a text again")
                .hasSize(2);
        assertThat(served("x".repeat(1 << 20))).isEmpty();
    }

    @Test
    void endSeparatesTexts() {
        Set<Long> shingles = new HashSet<>();
        ShingleReader reader = ShingleReader.ofLeaked(KEY, (hash, end) -> shingles.add(hash));
        reader.read("one two three four [five](");
        reader.end();
        reader.read("six seven eight nine ten");
        reader.end();
        assertThat(shingles).isEmpty();
    }
}
