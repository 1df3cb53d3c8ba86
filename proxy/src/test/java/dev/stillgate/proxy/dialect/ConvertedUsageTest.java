package dev.stillgate.proxy.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Usage;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Usage of embeddings, images, transcriptions and speech, read in pieces of several sizes. */
class ConvertedUsageTest {
    private static final String TRANSCRIPT =
            "data: {\"type\":\"transcript.text.delta\",\"delta\":\"The lamp is lit and" + " the sea is calm\"}\n\n";
    private static final String TRANSCRIBED = "data: {\"type\":\"transcript.text.done\",\"text\":\"The lamp is lit and"
            + " the sea is calm\",\"usage\":{\"type\":\"tokens\",\"input_tokens\":14,\"input_token_details\":"
            + "{\"text_tokens\":0,\"audio_tokens\":14},\"output_tokens\":45,\"total_tokens\":59}}\n\n";

    private static UsageReader read(Operation operation, boolean events, String body, int piece) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        UsageReader reader = new UsageReader().reset(operation, events);
        for (int at = 0; at < bytes.length; at += piece) {
            reader.feed(bytes, at, Math.min(piece, bytes.length - at));
        }
        assertThat(reader.hasErrors()).isFalse();
        assertThat(reader.verdict()).isEqualTo(ProviderVerdict.NONE);
        return reader;
    }

    private static Usage exact(long input, long output) {
        return new Usage(Usage.Source.EXACT, input, output, -1, -1, -1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096})
    void embeddingsReportInputAndModel(int piece) {
        String body =
                "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.1,-2e-3,1]},"
                        + "{\"object\":\"embedding\",\"index\":1,\"embedding\":\"AACAPg==\"}],\"model\":\"e-3\","
                        + "\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}";
        UsageReader reader = read(Operation.EMBEDDINGS, false, body, piece);
        assertThat(reader.usage()).isEqualTo(exact(8, -1));
        assertThat(reader.model()).isEqualTo("e-3");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096})
    void imagesReportInputAndOutput(int piece) {
        String usage = "\"usage\":{\"total_tokens\":292,\"input_tokens\":20,\"output_tokens\":272,"
                + "\"input_tokens_details\":{\"text_tokens\":20,\"image_tokens\":0}}}";
        String whole = "{\"created\":1,\"data\":[{\"b64_json\":\"" + "AAAA".repeat(50) + "\"}]," + usage;
        assertThat(read(Operation.IMAGE_EDIT, false, whole, piece).usage()).isEqualTo(exact(20, 272));
        String partial = "event: image_generation.partial_image\n"
                + "data: {\"type\":\"image_generation.partial_image\",\"b64_json\":\"AAAA\"}\n\n";
        String done = "event: image_generation.completed\n"
                + "data: {\"type\":\"image_generation.completed\",\"b64_json\":\"AAAA\"," + usage + "\n\n";
        assertThat(read(Operation.IMAGE_GENERATION, true, partial, piece).usage())
                .isEqualTo(Usage.NONE);
        assertThat(read(Operation.IMAGE_GENERATION, true, partial + done, piece).usage())
                .isEqualTo(exact(20, 272));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 4096})
    void transcriptIsEstimatedUntilItsUsage(int piece) {
        Usage before = read(Operation.TRANSCRIPTION, true, TRANSCRIPT, piece).usage();
        assertThat(before.source()).isEqualTo(Usage.Source.ESTIMATED);
        assertThat(before.input()).isEqualTo(-1);
        assertThat(before.output()).isBetween(7L, 12L);
        assertThat(read(Operation.TRANSCRIPTION, true, TRANSCRIPT + TRANSCRIBED, piece)
                        .usage())
                .isEqualTo(exact(14, 45));
    }

    @Test
    void secondsAreNoTokens() {
        String body = "{\"text\":\"The lamp is lit\",\"usage\":{\"type\":\"duration\",\"seconds\":7}}";
        assertThat(read(Operation.TRANSCRIPTION, false, body, 64).usage()).isEqualTo(Usage.NONE);
    }

    @Test
    void speechReportsItsUsageInTheLastEvent() {
        String events = "data: {\"type\":\"speech.audio.delta\",\"audio\":\"AAAA\"}\n\n"
                + "data: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":4,\"output_tokens\":80}}\n\n";
        assertThat(read(Operation.SPEECH, true, events, 5).usage()).isEqualTo(exact(4, 80));
    }
}
