package dev.stillgate.proxy.dialect.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Character counts of Markdown inside and outside code. */
class FencedTextTest {
    private static final Pattern FENCE = Pattern.compile("[ \\t>\\r]*((`{3,})([^`]*)|(~{3,})(.*))", Pattern.DOTALL);
    private static final String[] WORDS = {
        "```",
        "`",
        "````",
        "~~~",
        "\n",
        "\n",
        "\n",
        "java",
        " ",
        "> ",
        "é",
        "\ud83e\udd89",
        "\"",
        "\\",
        "\r\n",
        "x",
        "日本"
    };

    private static FencedText count(String text) {
        return count(escaped(text), Integer.MAX_VALUE, new Random(1));
    }

    private static String escaped(String text) {
        return com.fasterxml.jackson.databind.node.TextNode.valueOf(text).toString();
    }

    private static FencedText count(String quoted, int most, Random random) {
        FencedText counted = new FencedText();
        byte[] bytes = quoted.substring(1, quoted.length() - 1).getBytes(StandardCharsets.UTF_8);
        for (int p = 0; p < bytes.length; ) {
            int run = Math.min(bytes.length - p, most == Integer.MAX_VALUE ? most : 1 + random.nextInt(most));
            counted.add(bytes, p, p + run);
            p += run;
        }
        return counted;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "'' | 0",
                "'no code' | 0",
                "'a ``` b' | 0",
                "'``` inline ```' | 0",
                "'``no``' | 0",
                "'a#```#code#```#b' | 13",
                "'a#```java#code#```#b' | 17",
                "'```#unclosed#text' | 17",
                "'````#```#````#b' | 14",
                "'~~~ a`b#```#~~~#b' | 16",
                "'- item#   ```#   code#   ```#b' | 22",
                "'> ```#> c#> ```#b' | 16",
                "'```#c#``` no end#d' | 18",
                "'```#c#```  #d' | 12"
            })
    void charactersBetweenFencesAreCounted(String text, long code) {
        FencedText counted = count(text.replace('#', '\n'));
        assertThat(counted.code()).isEqualTo(code);
        assertThat(counted.prose()).isEqualTo(text.length() - code);
        assertThat(counted.all()).isEqualTo(text.length());
    }

    @Test
    void countAgreesWithLineReaderOnRandomText() {
        Random random = new Random(42);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(40); i > 0; i--) {
                text.append(WORDS[random.nextInt(WORDS.length)]);
            }
            String quoted = escaped(text.toString());
            if (random.nextBoolean()) {
                quoted = quoted.replace("`", "\\u0060").replace("é", "\\u00E9").replace("\\n", "\\u000a");
            }
            FencedText counted = count(quoted, 1 + random.nextInt(12), random);
            assertThat(counted.code()).as("round %d: %s", round, quoted).isEqualTo(codeByLines(text.toString()));
            assertThat(counted.all()).as("round %d: %s", round, quoted).isEqualTo(text.length());
        }
    }

    private static long codeByLines(String text) {
        long code = 0;
        int open = 0;
        char mark = 0;
        for (String line : text.split("(?<=\n)")) {
            String bare = line.endsWith("\n") ? line.substring(0, line.length() - 1) : line;
            Matcher fence = FENCE.matcher(bare);
            boolean was = open > 0;
            boolean is = fence.matches();
            if (is) {
                String run = fence.group(2) != null ? fence.group(2) : fence.group(4);
                String behind = fence.group(2) != null ? fence.group(3) : fence.group(5);
                if (open == 0) {
                    open = run.length();
                    mark = run.charAt(0);
                } else if (run.charAt(0) == mark && run.length() >= open && behind.matches("[ \\t\\r]*")) {
                    open = 0;
                }
            }
            code += was || open > 0 ? line.length() : 0;
        }
        return code;
    }

    @Test
    void invalidTextNeverThrows() {
        Random random = new Random(7);
        byte[] bytes = new byte[64];
        FencedText counted = new FencedText();
        for (int round = 0; round < 20_000; round++) {
            random.nextBytes(bytes);
            counted.add(bytes, 0, bytes.length);
        }
        assertThat(counted.all()).isPositive();
    }
}
