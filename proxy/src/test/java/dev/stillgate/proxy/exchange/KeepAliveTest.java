package dev.stillgate.proxy.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Provider;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Tests when comments are sent, with seconds in place of nanoseconds. */
class KeepAliveTest {
    private final List<String> sent = new ArrayList<>();
    private boolean between = true;
    private final KeepAlive comments = new KeepAlive(this::comment, Provider.ANTHROPIC, 15, 100);

    private boolean comment(byte[] comment, boolean atChunkBoundary) {
        if (between && atChunkBoundary) {
            sent.add(new String(comment, StandardCharsets.US_ASCII));
            return true;
        }
        return false;
    }

    @Test
    void commentIsSentAfterEachIntervalOfSilence() {
        assertThat(comments.onTick(100, 100, true)).isEqualTo(15);
        assertThat(comments.onTick(114, 100, true)).isEqualTo(1);
        assertThat(sent).isEmpty();
        assertThat(comments.onTick(115, 100, true)).isEqualTo(15);
        assertThat(sent).containsExactly(": keep-alive\n");
        assertThat(comments.onTick(129, 100, true)).isEqualTo(1);
        assertThat(comments.onTick(131, 100, true)).isEqualTo(15);
        assertThat(sent).hasSize(2);
    }

    @Test
    void readRestartsTheInterval() {
        assertThat(comments.onTick(114, 110, true)).isEqualTo(11);
        assertThat(comments.onTick(124, 112, true)).isEqualTo(3);
        assertThat(sent).isEmpty();
        comments.onTick(127, 112, true);
        assertThat(sent).hasSize(1);
        assertThat(comments.onTick(130, 120, true))
                .as("the read was before the comment")
                .isEqualTo(12);
    }

    @Test
    void commentWaitsForTheEndOfAnEventAndOfAChunk() {
        between = false;
        assertThat(comments.onTick(116, 100, true)).isPositive();
        between = true;
        assertThat(comments.onTick(117, 100, false)).isPositive();
        assertThat(sent).isEmpty();
        comments.onTick(118, 100, true);
        assertThat(sent).hasSize(1);
    }

    @Test
    void clockMayWrapAround() {
        KeepAlive early = new KeepAlive(this::comment, Provider.ANTHROPIC, 15, Long.MAX_VALUE - 5);
        early.onTick(Long.MIN_VALUE + 5, Long.MIN_VALUE + 3, true);
        assertThat(sent).isEmpty();
        early.onTick(Long.MIN_VALUE + 18, Long.MIN_VALUE + 3, true);
        assertThat(sent).hasSize(1);
    }

    /** Returns what a silent stream of two events consists of. */
    private String stream(Provider provider) {
        KeepAlive silent = new KeepAlive(this::comment, provider, 15, 100);
        StringBuilder stream = new StringBuilder();
        for (String event : List.of("", "data: {\"n\":1}\n\n", "data: {\"n\":2}\n\n")) {
            stream.append(event);
            for (int i = 0; i < 2; i++) {
                sent.clear();
                silent.onTick(1000 + 100 * stream.length(), 100, true);
                stream.append(sent.getFirst());
            }
        }
        return stream.toString();
    }

    /** A decoder as openai-go has it before 3.43: each empty line ends an event, and its data must be JSON. */
    private static List<String> dispatchedAtEmptyLines(String stream) {
        List<String> events = new ArrayList<>();
        StringBuilder data = new StringBuilder();
        for (String line : stream.split("\n", -1)) {
            if (line.startsWith("data:")) {
                data.append(line.substring(5).strip());
            } else if (line.isEmpty()) {
                events.add(data.toString());
                data.setLength(0);
            }
        }
        return events.subList(0, events.size() - 1); // without the text behind the last line end
    }

    /** A decoder as {@code @google/generative-ai} has it: nothing but data fields, each with JSON and an empty line after it. */
    private static List<String> dataAlone(String stream) {
        List<String> events = new ArrayList<>();
        Matcher event = Pattern.compile("\\Gdata: (.*)\n\n").matcher(stream);
        int end = 0;
        while (event.find()) {
            events.add(event.group(1));
            end = event.end();
        }
        assertThat(stream.substring(end)).as("what is no event").isEmpty();
        return events;
    }

    @Test
    void commentEndsNoEventOfAStrictDecoder() {
        for (Provider provider : List.of(Provider.ANTHROPIC, Provider.OPENAI)) {
            assertThat(dispatchedAtEmptyLines(stream(provider))).containsExactly("{\"n\":1}", "{\"n\":2}");
        }
    }

    @Test
    void textOfGooglesEventsIsEmpty() {
        String silent = "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"},\"index\":0}]}";
        assertThat(dataAlone(stream(Provider.GOOGLE)))
                .containsExactly(silent, silent, "{\"n\":1}", silent, silent, "{\"n\":2}", silent, silent);
    }
}
