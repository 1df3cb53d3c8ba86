package dev.stillgate.fingerprint.text;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class MaskingTest {
    private final TextKey key = new TextKey(PromptReaderTest.key(1));
    private final Words words = new Words(key);
    private final Spans spans = new Spans();
    private final MaskedWords masked = new MaskedWords(key);

    /** Returns the masked text, with 0 for each slot. */
    private String mask(String text) {
        words.read(text.toCharArray(), text.length());
        spans.read(words);
        masked.read(words, spans);
        StringBuilder out = new StringBuilder();
        for (int w = 0; w < masked.count; w++) {
            int entry = masked.source[w];
            out.append(w == 0 ? "" : " ");
            if (entry == MaskedWords.SLOT) {
                out.append('0');
                continue;
            }
            for (int i = words.start[entry]; i < words.end[entry]; i++) {
                out.append(words.text.at(i));
            }
        }
        return out.toString();
    }

    @Test
    void numbersIdsAndAddressesAreMasked() {
        assertThat(mask("Order 1234 of user u_8812ab99 at https://x.example/1 by a@b.example: ship it"))
                .isEqualTo("order 0 of user 0 at 0 by 0 ship it");
        assertThat(mask("add 3, 9, 3, 5 and 7")).isEqualTo("add 0 and 0");
    }

    @Test
    void quotesAreMasked() {
        assertThat(mask("Translate \"the sea was calm\" now")).isEqualTo("translate 0 now");
        assertThat(mask("Translate “the sea ‘was’ calm” now")).isEqualTo("translate 0 now");
        assertThat(mask("Translate „die See“ und «la mer» and »das Meer« now"))
                .isEqualTo("translate 0 und 0 and 0 now");
        assertThat(mask("翻译「大海很平静」吧")).isEqualTo("翻 译 0 吧");
        assertThat(mask("Translate 'the sea' now")).isEqualTo("translate 0 now");
        assertThat(mask("Say \"he said \"hi\" to me\" now")).isEqualTo("say 0 now");
        assertThat(mask("{\"question\": \"Why?\", \"answer\": \"Because\"}")).isEqualTo("0");
    }

    @Test
    void apostrophesAndSingleMarksAreNotQuotes() {
        assertThat(mask("The dogs' owner isn't here; it's the cats' food"))
                .isEqualTo("the dogs owner isnt here it s the cats food");
        assertThat(mask("a 5\" screen and the rest of it")).isEqualTo("a 0 screen and the rest of it");
        assertThat(mask("'tis one line\nand 'twas another")).isEqualTo("tis one line and twas another");
        assertThat(mask("don’t rely on Ann’s words")).isEqualTo("dont rely on anns words");
    }

    @Test
    void codeIsMasked() {
        assertThat(mask("Explain `x = y` and\n```java\nint a = b;\n```\nplease"))
                .isEqualTo("explain 0 and 0 please");
        assertThat(spans.codeChars).isEqualTo("x = y".length() + "java int a = b; ".length());
        assertThat(mask("Explain\n```\nnever closed")).isEqualTo("explain 0");
        assertThat(mask("a ` alone\nand `b` here")).isEqualTo("a alone and 0 here");
    }

    @Test
    void textBetweenSeparatorLinesIsMasked() {
        assertThat(mask("Summarise this.\n---\nThe sea was calm.\nVery.\n---\nBe brief."))
                .isEqualTo("summarise this 0 be brief");
        assertThat(mask("Summarise\n\"\"\"\nThe sea\n\"\"\"\nbriefly")).isEqualTo("summarise 0 briefly");
        assertThat(mask("### Heading\nwords\n### Heading\nmore")).isEqualTo("heading words heading more");
        assertThat(mask("one\n---\ntwo\n===\nthree")).isEqualTo("one two three");
    }

    @Property
    void maskingIsIdempotent(@ForAll("prompts") String text) {
        String once = mask(text);

        assertThat(mask(once)).isEqualTo(once);
    }

    @Property
    void quotedValuesOfATemplateMaskAlike(@ForAll("values") String one, @ForAll("values") String other) {
        String template = "Answer the question \"%s\" as a teacher would, and grade\n```\n%s\n```\nby the rubric.";

        assertThat(mask(template.formatted(one, other))).isEqualTo(mask(template.formatted(other, one)));
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.of("calm", "7", "the sea", "it's", "a@b.example", "x_1", "大海", "why?", "\n")
                .list()
                .ofMinSize(1)
                .ofMaxSize(12)
                .map(words -> "the " + String.join(" ", words) + " end");
    }

    @Provide
    Arbitrary<String> prompts() {
        return Arbitraries.of(
                        "calm",
                        "7",
                        "it's",
                        "'",
                        "\"",
                        "`",
                        "```",
                        "\n",
                        "---",
                        "\n---\n",
                        "“",
                        "”",
                        "«",
                        "»",
                        "大海",
                        "a@b.c",
                        "http://x",
                        "8f14e45f-ceea-467f-ab1e-9d2c51c1ab03",
                        ",",
                        ":",
                        "<",
                        "@",
                        "l'eau",
                        "\ud83d",
                        "x1y2z3w4")
                .list()
                .ofMaxSize(40)
                .map(words -> String.join(words.size() % 2 == 0 ? " " : "", words));
    }
}
