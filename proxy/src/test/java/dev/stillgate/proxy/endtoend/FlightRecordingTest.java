package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Tests the gateway's events in a flight recording. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
@Isolated("records events of the whole JVM")
class FlightRecordingTest {
    @TempDir
    Path directory;

    private List<RecordedEvent> events(Recording recording, String name) throws IOException {
        recording.stop();
        Path file = directory.resolve("recording.jfr");
        recording.dump(file);
        return RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals(name))
                .sorted(Comparator.comparing(RecordedEvent::getEndTime))
                .toList();
    }

    @Test
    void slowExchangeAndTheStalledLoopAreRecordedAndAFastExchangeIsNot() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch jumped = new CountDownLatch(1);
        try (UpstreamScript upstream = UpstreamScript.of(c -> {
                    while (c.request() != null) {
                        asked.countDown();
                        jumped.await();
                        c.send(UpstreamScript.JSON_ANSWER);
                    }
                });
                GatewayRig rig = GatewayRig.with().to(upstream).start();
                Recording recording = new Recording()) {
            recording.enable("stillgate.Exchange");
            recording.enable("stillgate.LoopStall");
            recording.start();
            CompletableFuture<Integer> slow = CompletableFuture.supplyAsync(
                    () -> rig.ask(Requests.messages()).status());
            asked.await();
            rig.ticker().jump(Duration.ofSeconds(2));
            jumped.countDown();
            assertThat(slow.join()).isEqualTo(200);
            assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
            rig.ticker().jump(Duration.ofSeconds(1)); // the loop's next tick seems a second late
            Path file = directory.resolve("stall.jfr");
            GatewayRig.eventually("a stall of a second", () -> stalls(recording, file, Duration.ofMillis(900)));
            List<RecordedEvent> exchanges = events(recording, "stillgate.Exchange");
            assertThat(exchanges).hasSize(1);
            RecordedEvent exchange = exchanges.getFirst();
            assertThat(exchange.getDuration("length")).isGreaterThan(Duration.ofSeconds(2));
            assertThat(exchange.getInt("status")).isEqualTo(200);
            assertThat(exchange.getString("operation")).isEqualTo("messages");
            assertThat(exchange.getString("outcome")).isEqualTo("served");
            assertThat(exchange.getLong("outputTokens")).isEqualTo(7);
        }
    }

    private static boolean stalls(Recording recording, Path file, Duration least) {
        try {
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().equals("stillgate.LoopStall"))
                    .anyMatch(event -> event.getDuration("lateness").compareTo(least) > 0);
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void reloadsAreRecordedWithTheirResult() throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with().to(upstream).start();
                Recording recording = new Recording()) {
            recording.enable("stillgate.Reload");
            recording.start();
            assertThat(rig.admin("POST /reload").status()).isEqualTo(200);
            Files.writeString(rig.directory().resolve("policy.yaml"), "version: none\n");
            assertThat(rig.admin("POST /reload").status()).isEqualTo(422);
            List<RecordedEvent> reloads = events(recording, "stillgate.Reload");
            assertThat(reloads).extracting(event -> event.getString("result")).containsExactly("applied", "refused");
            assertThat(reloads.getLast().getLong("generation")).isEqualTo(2);
        }
    }

    @Test
    void ejectionsAreRecorded() throws IOException {
        try (UpstreamScript bad = UpstreamScript.of(c -> {
                    c.request();
                    c.reset();
                });
                UpstreamScript good = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(bad, good)
                        .upstreamKeys("retries: {attempts: 1}, ejection: {failures: 3}")
                        .start();
                Recording recording = new Recording()) {
            recording.enable("stillgate.Ejection");
            recording.start();
            GatewayRig.eventually("ejected", () -> {
                rig.ask(Requests.messages());
                return rig.metric("stillgate_upstream_endpoints_ejected") == 1;
            });
            List<RecordedEvent> ejections = events(recording, "stillgate.Ejection");
            assertThat(ejections).hasSize(1);
            assertThat(ejections.getFirst().getString("endpoint")).contains(":" + bad.port());
            assertThat(ejections.getFirst().getDuration("time")).isPositive();
        }
    }
}
