package dev.stillgate.proxy.recording;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.stillgate.proxy.rig.GatewayRig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

@Isolated("listens to a logger of the whole JVM")
class RecorderTest {
    @TempDir
    private Path directory;

    private static RecordedExchange exchange(String method, String request, String answer) {
        return new RecordedExchange(
                5,
                9,
                "a\"1",
                4,
                "9f86",
                "c-1",
                "1.1",
                "192.0.2.1",
                null,
                List.of("Host", "x", "b", "y"),
                method,
                "/v1/messages",
                bytes(request),
                200,
                bytes(answer),
                false);
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void lineHasFieldsThatBacktestReads() throws IOException {
        Path path = directory.resolve("log");
        Recorder recorder = new Recorder(path, 1 << 20, 1, null, System::nanoTime);
        recorder.offer(exchange("POST", "{\"model\":\n\"m\"}", "{}"));
        recorder.offer(exchange("DELETE", null, "no JSON"));
        recorder.close();
        assertThat(path).hasContent("""
                {"ts":5,"account":"a\\"1","end":9,"policy_generation":4,"policy_sha256":"9f86","connection":"c-1","http":"1.1","ip":"192.0.2.1",\
                "headers":[["Host","x"],["b","y"]],"path":"/v1/messages","request":{"model": "m"},"status":200,"response":{}}
                {"ts":5,"account":"a\\"1","end":9,"policy_generation":4,"policy_sha256":"9f86","connection":"c-1","http":"1.1","ip":"192.0.2.1",\
                "headers":[["Host","x"],["b","y"]],"method":"DELETE","path":"/v1/messages","request":null,"status":200,\
                "response":null}
                """);
        assertThat(recorder.recorded()).isEqualTo(2);
        assertThat(recorder.dropped()).isZero();
    }

    @Test
    void memoryIsLimitedAndReleasedWithEachLine() throws IOException {
        Recorder recorder = new Recorder(directory.resolve("log"), 1 << 20, 1, null, System::nanoTime);
        byte[] large = bytes("\"" + "x".repeat(1 << 16) + "\"");
        RecordedExchange heavy = new RecordedExchange(
                5,
                9,
                "a",
                4,
                "9f86",
                "c",
                "1.1",
                "192.0.2.1",
                null,
                List.of(),
                "POST",
                "/v1/messages",
                large,
                200,
                null,
                false);
        int count = 0;
        while (recorder.hold(large.length)) {
            count++;
        }
        int held = count;
        assertThat(held).isEqualTo((int) (Recorder.MOST_HELD / large.length));
        for (int i = 0; i < held; i++) {
            recorder.offer(heavy);
        }
        GatewayRig.eventually("all are written", () -> recorder.recorded() == held);
        recorder.close();
        assertThat(recorder.hold(Recorder.MOST_HELD)).isTrue();
    }

    @Test
    void unopenablePathIsReported() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");
        assertThatThrownBy(() -> new Recorder(file.resolve("log"), 1 << 20, 1, null, System::nanoTime))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("cannot open the record");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void fullDiskIsReportedOnceAMinuteAndCounted() {
        Logger logger = (Logger) LoggerFactory.getLogger(Recorder.class);
        ListAppender<ILoggingEvent> appender = new ListAppender<>();
        appender.start();
        logger.addAppender(appender);
        AtomicLong nanos = new AtomicLong();
        try {
            Recorder recorder = new Recorder(Path.of("/dev/full"), 1 << 20, 1, null, nanos::get);
            for (int i = 1; i <= 5; i++) {
                recorder.offer(exchange("POST", "{}", "{}"));
                long lost = i;
                GatewayRig.eventually("line lost", () -> recorder.dropped() == lost);
            }
            assertThat(appender.list).hasSize(1);
            nanos.set(TimeUnit.SECONDS.toNanos(61));
            recorder.offer(exchange("POST", "{}", "{}"));
            recorder.close();
            assertThat(recorder.dropped()).isEqualTo(6);
            assertThat(recorder.recorded()).isZero();
            assertThat(appender.list).hasSize(2);
        } finally {
            logger.detachAppender(appender);
        }
    }
}
