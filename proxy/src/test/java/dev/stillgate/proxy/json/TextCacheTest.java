package dev.stillgate.proxy.json;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.Prompts;
import dev.stillgate.proxy.dialect.RequestReader;
import dev.stillgate.spi.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Repeated system prompts are cached by all of their bytes. */
class TextCacheTest {
    private static final String LONG = "You are a careful assistant of the harbour office. ".repeat(20);
    private static final String[] BODIES = {
        "{\"system\":%s,\"messages\":[]}",
        "{\"messages\":[{\"role\":\"system\",\"content\":%s},{\"role\":\"user\",\"content\":\"hi\"}]}",
        "{\"instructions\":%s,\"input\":\"hi\"}",
    };
    private static final Operation[] OPERATIONS = {Operation.MESSAGES, Operation.CHAT_COMPLETIONS, Operation.RESPONSES};

    private final RequestReader reader = new RequestReader();

    private CharSequence system(int dialect, String json) throws MalformedBody {
        return Prompts.chat(reader, OPERATIONS[dialect], BODIES[dialect].formatted(json))
                .system();
    }

    @Test
    void repeatedPromptIsSameStringFromThirdOccurrence() throws MalformedBody {
        for (int dialect = 0; dialect < BODIES.length; dialect++) {
            String json = "\"" + dialect + LONG + "\\n\"";
            assertThat(system(dialect, json)).hasToString(dialect + LONG + "\n").isNotInstanceOf(String.class);
            assertThat(system(dialect, json)).hasToString(dialect + LONG + "\n");
            CharSequence kept = system(dialect, json);
            assertThat(kept).isEqualTo(dialect + LONG + "\n");
            assertThat(system(dialect, json)).isSameAs(kept);
        }
    }

    /**
     * Compares one reader for all prompts with a new reader for each: parts, strings, escapes, near-copies, other
     * types.
     */
    @Test
    void similarPromptsAreNeverConfused() throws MalformedBody {
        Random random = new Random(3);
        List<String> jsons = new ArrayList<>(List.of(
                "null",
                "[]",
                "[" + "1,".repeat(200) + "1]",
                "\"[" + "1,".repeat(200) + "1]\"",
                "[" + "1".repeat(300) + "]",
                "\"\""));
        for (int i = 0; i < 60; i++) {
            StringBuilder text = new StringBuilder(LONG.repeat(random.nextInt(1, 4)));
            text.setCharAt(random.nextInt(text.length()), (char) ('a' + random.nextInt(3)));
            String one = "\"" + text.append(i % 4 == 0 ? "\\u00e9\\n" : "") + "\"";
            jsons.add(
                    i % 3 == 0 ? "[{\"type\":\"text\",\"text\":" + one + "},{\"type\":\"text\",\"text\":\"b\"}]" : one);
        }
        for (int i = 0; i < 6_000; i++) {
            int dialect = random.nextInt(BODIES.length);
            String json = jsons.get(random.nextInt(random.nextInt(4) == 0 ? jsons.size() : 8));
            CharSequence fresh = Prompts.chat(new RequestReader(), OPERATIONS[dialect], BODIES[dialect].formatted(json))
                    .system();
            CharSequence found = system(dialect, json);
            assertThat(found == null ? null : found.toString()).isEqualTo(fresh == null ? null : fresh.toString());
        }
    }

    /** All prompts differ only in bytes that the slot does not depend on, so they share one slot. */
    @Test
    void frequentPromptIsNotEvictedByRarePrompts() throws MalformedBody {
        String often = "\"" + LONG + "xx often xx" + LONG + "\"";
        String seldom = "\"" + LONG + "xx oddly xx" + LONG + "\"";
        system(0, often);
        system(0, often);
        CharSequence kept = system(0, often);
        for (int i = 0; i < 4; i++) {
            assertThat(system(0, seldom)).isNotInstanceOf(String.class);
            assertThat(system(0, often)).isSameAs(kept);
        }
        for (int i = 10; i < 20; i++) {
            assertThat(system(0, seldom.replace("oddly", "no." + i))).isNotInstanceOf(String.class);
        }
        assertThat(system(0, often)).isSameAs(kept);
    }

    @Test
    void shortAndVeryLongPromptsAreNotCached() throws MalformedBody {
        for (String text : List.of("short", "a".repeat(TextCache.MOST_BYTES + 1))) {
            for (int i = 0; i < 4; i++) {
                assertThat(system(0, "\"" + text + "\""))
                        .isNotInstanceOf(String.class)
                        .hasToString(text);
            }
        }
    }

    @Test
    void severalSystemMessagesAreJoined() throws MalformedBody {
        String body = "{\"messages\":[{\"role\":\"system\",\"content\":\"a" + LONG
                + "\"},{\"role\":\"user\",\"content\":\"hi\"}," + "{\"role\":\"developer\",\"content\":\"b" + LONG
                + "\"}]}";
        for (int i = 0; i < 4; i++) {
            assertThat(Prompts.chat(reader, Operation.CHAT_COMPLETIONS, body).system())
                    .hasToString("a" + LONG + "\nb" + LONG);
        }
        String both =
                "{\"instructions\":\"c" + LONG + "\",\"input\":[{\"role\":\"system\",\"content\":\"d" + LONG + "\"}]}";
        for (int i = 0; i < 4; i++) {
            assertThat(Prompts.chat(reader, Operation.RESPONSES, both).system()).hasToString("c" + LONG + "\nd" + LONG);
        }
    }
}
