package dev.stillgate.proxy.dialect.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.dialect.UsageReader;
import dev.stillgate.spi.DeferredResponse;
import dev.stillgate.spi.Operation;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Fields of responses about answers that are fetched later. */
class DeferredFieldsTest {
    private static final String RESPONSE =
            "{\"id\":\"resp_1\",\"background\":true,\"max_output_tokens\":300,\"model\":\"m\",\"output\":[]}";

    private final UsageReader reader = new UsageReader();

    private DeferredResponse read(Operation operation, boolean sse, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        reader.reset(operation, sse).feed(bytes, 0, bytes.length);
        return reader.deferred();
    }

    @Test
    void batchNamesItsFiles() {
        assertThat(read(
                                Operation.FILE_BATCH,
                                false,
                                "{\"id\":\"b\",\"input_file_id\":\"in\",\"output_file_id\":\"out\",\"error_file_id\":\"err\","
                                        + "\"metadata\":{\"output_file_id\":\"mine\"}}")
                        .resultFiles())
                .containsExactly("out", "err");
    }

    @Test
    void listOfBatchesNamesTheirFiles() {
        assertThat(read(
                                Operation.FILE_BATCH,
                                false,
                                "{\"data\":[{\"output_file_id\":\"a\",\"error_file_id\":null},{\"output_file_id\":\"b\"}]}")
                        .resultFiles())
                .containsExactly("a", "b");
    }

    @Test
    void fileSaysWhetherItHasResults() {
        String openAi = "{\"object\":\"file\",\"id\":\"%s\",\"purpose\":\"%s\"}";
        String azure = "{\"purpose\":\"%2$s\",\"id\":\"%1$s\",\"object\":\"file\"}";
        for (String file : List.of(openAi, azure)) {
            String list = "{\"data\":[" + file.formatted("a", "batch_output") + "," + file.formatted("b", "batch") + ","
                    + file.formatted("c", "batch_output") + "],\"first_id\":\"a\"}";
            assertThat(read(Operation.FILE_BATCH, false, list).resultFiles()).containsExactly("a", "c");
            assertThat(read(Operation.FILE_BATCH, false, file.formatted("d", "batch_output"))
                            .resultFiles())
                    .containsExactly("d");
        }
    }

    @Test
    void namedFilesAreBounded() {
        String batch = "{\"output_file_id\":\"a\"},";
        assertThat(read(Operation.FILE_BATCH, false, "{\"data\":[" + batch.repeat(20_000) + "{}]}")
                        .resultFiles())
                .hasSize(10_000);
    }

    @Test
    void storedResponseSaysWhetherItWasGeneratedInTheBackground() {
        DeferredResponse background = new DeferredResponse(true, 300, "m", List.of());
        assertThat(read(Operation.STORED_RESPONSE, false, RESPONSE)).isEqualTo(background);
        String event = "data: {\"type\":\"response.created\",\"response\":" + RESPONSE + "}\n\n";
        assertThat(read(Operation.STORED_RESPONSE, true, event)).isEqualTo(background);
        assertThat(read(Operation.STORED_RESPONSE, false, RESPONSE.replace("true", "false")))
                .isSameAs(DeferredResponse.NONE);
        assertThat(read(Operation.RESPONSES, false, RESPONSE)).isSameAs(DeferredResponse.NONE);
    }
}
