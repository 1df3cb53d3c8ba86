package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.UpstreamScript;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignalsTest {
    /** kube-proxy sends a node's last, terminating pod new connections only while that pod is ready. */
    @ParameterizedTest
    @CsvSource({"false, 503", "true, 200"})
    void readinessDuringTheDelayOfADrain(boolean ready, int status) throws Exception {
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.before(upstream)) {
            Signals.awaitBalancers(rig.gateway(), Duration.ofMillis(1), ready);

            assertThat(rig.admin("GET /readyz").status()).isEqualTo(status);
        }
    }
}
