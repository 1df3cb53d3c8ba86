package dev.stillgate.fingerprint.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.BodyView;
import dev.stillgate.testkit.Conversation;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts designed to be expensive: each must be read in bounded time, with valid features. */
@Timeout(60)
class HostileTextTest {
    private static final int TEN_MEGABYTES = 10 << 20;

    private final WholeReader reader = new WholeReader(PromptReaderTest.key(1));

    private PromptFeatures read(BodyView.Chat chat) {
        PromptFeatures features = new PromptFeatures();
        reader.read(chat, features);
        assertThat(features.analysedChars).isBetween(0, NewText.MAX_CHARS);
        assertThat(features.codeChars).isBetween(0, NewText.MAX_CHARS);
        assertThat(features.digitChars).isBetween(0, NewText.MAX_CHARS);
        assertThat(features.otherScriptChars).isBetween(0, NewText.MAX_CHARS);
        for (float dimension : features.topic) {
            assertThat(dimension).isBetween(-1f, 1f);
        }
        return features;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "word ",
                "7",
                "\"",
                "\"a ",
                "'a ",
                "`",
                "`a",
                "```",
                "“",
                "”“",
                "\n",
                "---\n",
                "@",
                "a@",
                "a.",
                "://",
                "x://",
                "<",
                "字",
                "\ud800",
                "\udc00",
                "\ud83d\ude00",
                "\u200b",
                "\u0301",
                "'",
                "don't",
                "1-",
                "1.",
                "-",
                "chain of thought in full show ",
                "generate diverse ",
                "of ",
                "\0",
                "8f14e45f-",
                "ж",
                "_",
                " "
            })
    void repeatedTokenIsReadInBounds(String token) {
        PromptFeatures features = read(Conversation.of(token.repeat(TEN_MEGABYTES / token.length())));

        assertThat(features.newChars).isEqualTo(TEN_MEGABYTES / token.length() * token.length());
        assertThat(features.analysedChars).isEqualTo(NewText.MAX_CHARS);
    }

    @Test
    void hundredThousandMessagesAreRead() {
        Conversation chat = new Conversation();
        for (int i = 0; i < 50_000; i++) {
            chat.user("Tell me more of it.").assistant("No.");
        }
        PromptFeatures features = read(chat.user("Why do tides come twice a day, and not once, pray?"));

        assertThat(features.userTurns).isEqualTo(50_001);
        assertThat(features.newChars).isEqualTo(50);
    }

    @Test
    void hundredThousandNewPartsAreRead() {
        Conversation chat = new Conversation();
        String[] parts = new String[100_000];
        Arrays.fill(parts, "The sea was calm that day, the keeper wrote.");
        PromptFeatures features = read(chat.user(parts));

        assertThat(features.newChars).isEqualTo(100_000 * parts[0].length());
        assertThat(features.analysedChars).isEqualTo(NewText.MAX_CHARS);
    }

    @Test
    void longSystemPromptAndManyToolsAreRead() {
        String system = "Never speak of the weather. ".repeat(400_000);
        Conversation chat = Conversation.of("Hi").system(system);
        for (int i = 0; i < 100_000; i++) {
            chat.tools("tool_" + i);
        }
        PromptFeatures features = read(chat);

        assertThat(features.system)
                .isNotZero()
                .isEqualTo(read(Conversation.of("Hi").system(system)).system);
        assertThat(features.tools).isNotZero();
    }

    @Test
    void textInAnyNumberOfPartsStaysInBounds() {
        for (int size : new int[] {
            NewText.MAX_CHARS - 1, NewText.MAX_CHARS, NewText.MAX_CHARS + 1, 48 << 10, 112 << 10, 113 << 10
        }) {
            String text = "The sea, calm. ".repeat(size / 15 + 1).substring(0, size);
            for (int parts : new int[] {1, 2, 3, 7, 100}) {
                Conversation chat = new Conversation();
                String[] cut = new String[parts];
                for (int p = 0; p < parts; p++) {
                    cut[p] = text.substring((int) ((long) size * p / parts), (int) ((long) size * (p + 1) / parts));
                }
                PromptFeatures features = read(chat.user(cut));
                assertThat(features.newChars).isEqualTo(size);
                assertThat(features.analysedChars).isEqualTo(Math.min(size, NewText.MAX_CHARS));
            }
        }
    }

    @Property(tries = 300)
    void readingIsRepeatable(
            @ForAll @StringLength(max = 400) String text, @ForAll @StringLength(max = 400) String between) {
        PromptFeatures first = read(Conversation.of(text).system(text));
        read(Conversation.of(between).system(between));

        assertThat(read(Conversation.of(text).system(text)))
                .usingRecursiveComparison()
                .isEqualTo(first);
    }
}
