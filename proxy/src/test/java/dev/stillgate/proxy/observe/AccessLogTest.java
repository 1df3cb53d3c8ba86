package dev.stillgate.proxy.observe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.observe.AccessRecord.SessionFigures;
import dev.stillgate.proxy.rig.AccessLogSchema;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Usage;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
    @TempDir
    Path directory;

    private static AccessRecord record(String id) {
        return new AccessRecord(
                1_770_000_000_123L,
                1_234_567,
                345_678,
                id,
                "POST",
                "/v1/messages",
                "1.1",
                200,
                "served",
                null,
                null,
                null,
                null,
                null,
                null,
                10,
                20,
                InetAddress.getLoopbackAddress(),
                "a-1",
                null,
                Standing.CLEAR,
                "model",
                Operation.MESSAGES,
                null,
                "stub-1",
                "stub-1",
                "refusal",
                new ProviderVerdict(ProviderVerdict.Kind.REFUSAL, "cyber"),
                false,
                false,
                new Usage(Usage.Source.EXACT, 3, 4, -1, -1, -1),
                new SessionFigures(2, 5, 0, true),
                3,
                "9f86d081");
    }

    @Test
    void rotationClosesTheOldFileAndLosesNoLine() throws IOException {
        Path path = directory.resolve("access.log");
        Path rotated = directory.resolve("access.log.1");
        AccessLog log = new AccessLog("access log", path);
        AccessLog.Writer writer = log.writer();
        writer.log(record("r-before"), 0);
        writer.flush();
        awaitWritten(log, 1);
        Files.move(path, rotated);
        log.reopen();
        writer.log(record("r-after"), 0);
        writer.flush();
        log.close();

        assertThat(Files.readString(rotated))
                .contains("\"request_id\":\"r-before\"")
                .doesNotContain("r-after");
        assertThat(Files.readString(path))
                .contains("\"request_id\":\"r-after\"")
                .doesNotContain("r-before");
        assertThat(log.written()).isEqualTo(2);
        assertThat(log.dropped()).isZero();
    }

    @Test
    void lineUsesNamesOfEnvoyAndOpenTelemetry() throws IOException {
        Path path = directory.resolve("access.log");
        AccessLog log = new AccessLog("access log", path);
        AccessLog.Writer writer = log.writer();
        writer.log(record("r\n\"1"), 0);
        writer.flush();
        log.close();
        assertThat(Files.readString(path, StandardCharsets.US_ASCII))
                .isEqualTo(
                        "{\"start_time\":\"2026-02-02T02:40:00.123Z\",\"request_id\":\"r\\u000a\\\"1\",\"method\":\"POST\","
                                + "\"path\":\"/v1/messages\",\"protocol\":\"1.1\",\"response_code\":200,\"outcome\":\"served\","
                                + "\"duration_ms\":1.234,\"time_to_first_byte_ms\":0.345,\"bytes_received\":10,\"bytes_sent\":20,"
                                + "\"downstream_remote_address\":\"127.0.0.1\",\"account\":\"a-1\",\"upstream_cluster\":\"model\","
                                + "\"gen_ai.operation.name\":\"messages\",\"gen_ai.request.model\":\"stub-1\","
                                + "\"gen_ai.response.model\":\"stub-1\",\"gen_ai.response.finish_reasons\":[\"refusal\"],"
                                + "\"provider_verdict\":\"refusal\",\"provider_verdict_category\":\"cyber\","
                                + "\"gen_ai.usage.input_tokens\":3,"
                                + "\"gen_ai.usage.output_tokens\":4,\"session_responses\":2,"
                                + "\"session_audio_input_tokens\":5,\"session_audio_output_tokens\":0,"
                                + "\"session_unread\":true,\"policy_generation\":3,\"policy_sha256\":\"9f86d081\"}\n");
    }

    @Test
    @Timeout(30)
    void linesAreDroppedAndCountedWhenTheDiskBlocks() throws IOException, InterruptedException {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Process slow = new ProcessBuilder(
                        "sh", "-c", "exec sleep 1000 < \"$0\"", pipe.toString()) // opens the pipe and never reads
                .start();
        try {
            AccessLog log = new AccessLog("access log", pipe);
            AccessLog.Writer writer = log.writer();
            for (int i = 0; log.dropped() == 0; i++) {
                writer.log(record("r" + i), 0);
            }
            assertThat(log.dropped()).isPositive();
            slow.destroyForcibly().waitFor(); // the pipe breaks, and the log continues
            log.close();
        } finally {
            slow.destroyForcibly();
        }
    }

    @Test
    void schemaListsEveryOperation() {
        List<String> listed = new ArrayList<>();
        AccessLogSchema.SCHEMA
                .getSchemaNode()
                .at("/properties/gen_ai.operation.name/enum")
                .forEach(name -> listed.add(name.textValue()));
        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(
                        Operation.values().stream().map(Operation::label).toList());
    }

    private static void awaitWritten(AccessLog log, long lines) {
        while (log.written() < lines) {
            Thread.onSpinWait();
        }
    }
}
