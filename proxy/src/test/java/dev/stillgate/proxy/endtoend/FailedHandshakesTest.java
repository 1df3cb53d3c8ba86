package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/** Tests the count and the log of failed TLS handshakes. */
@ExtendWith(NoLeaks.class)
@Isolated("listens to a logger of the whole JVM")
class FailedHandshakesTest {
    @TempDir
    private Path directory;

    @Test
    @DisplayName("newcomer B1: failed handshakes are counted on every TLS listener, and logged at most once a minute")
    void failedHandshakes() throws Exception {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("dev.stillgate.proxy.listen.HandshakeFailures");
        lines.start();
        logger.addAppender(lines);
        TlsPairTest.copy("one.crt", directory, "server.crt");
        TlsPairTest.copy("one.key", directory, "server.key");
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = TlsPairTest.rig(upstream, directory, ", minimum: tls-1-3")
                        .start()) {
            assertThat(rig.scrape()).contains("stillgate_connections_refused_total{reason=\"tls-handshake\"} 0");
            rig.ticker().stop();
            for (int i = 1; i <= 3; i++) {
                assertThatThrownBy(() -> TlsPairTest.connect(rig, "TLSv1.2")).isInstanceOf(IOException.class);
                int expected = i;
                GatewayRig.eventually("the failure is counted", () -> TlsPairTest.failures(rig) == expected);
            }
            assertThat(lines.list).hasSize(1);
            assertThat(lines.list.getFirst().getFormattedMessage()).startsWith("TLS handshake with 127.0.0.1 failed: ");
            rig.ticker().jump(Duration.ofMinutes(1));
            try (RawClient plain = rig.connect()) {
                plain.send(Requests.messages());
                GatewayRig.eventually("plain HTTP is counted too", () -> TlsPairTest.failures(rig) == 4);
            }
            assertThat(lines.list).hasSize(2);
            assertThat(lines.list.getLast().getFormattedMessage()).contains("2 more failures");
            assertThat(rig.metric("stillgate_tls_handshakes_total")).isZero();
            TlsPairTest.connect(rig, "TLSv1.3").close();
            GatewayRig.eventually("the handshake is counted", () -> rig.metric("stillgate_tls_handshakes_total") == 1);
            assertThat(TlsPairTest.failures(rig)).isEqualTo(4);
        } finally {
            logger.detachAppender(lines);
        }
    }
}
