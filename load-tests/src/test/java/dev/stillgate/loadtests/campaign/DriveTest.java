package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.net.httpserver.HttpServer;
import dev.stillgate.loadtests.campaign.traffic.CampaignPlan;
import dev.stillgate.loadtests.campaign.traffic.Scenario;
import dev.stillgate.loadtests.campaign.traffic.SignUpRules;
import dev.stillgate.loadtests.campaign.traffic.Simulation;
import dev.stillgate.loadtests.campaign.traffic.Tactics;
import dev.stillgate.loadtests.campaign.traffic.Work;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
final class DriveTest {
    private static final double MAX_SPEEDUP = 1e6;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);

    private static Simulation simulation() {
        CampaignPlan plan = CampaignPlan.of("x", 4, 20, Work.TOOLS).from(0);
        return Simulation.create(
                new Scenario("test", 2, 30, List.of(plan)), 6, 2, 30, 1, Tactics.STUBBORN, SignUpRules.PLAIN);
    }

    private static URI loopback(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Starts a gateway with a constant response. */
    private static HttpServer responding(int status, String answer) throws IOException {
        byte[] body = answer.getBytes(StandardCharsets.UTF_8);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    @Test
    void exchangesGetTheResponsesOfTheLog() throws Exception {
        int[] all = {0};
        simulation().play(exchange -> all[0]++);
        try (SimulatedModel model = new SimulatedModel(0)) {
            assertThat(new Drive(simulation(), List.of(loopback(model.port())), MAX_SPEEDUP, List.of(), 0)
                            .run(1, model, null, out))
                    .isTrue();
        }
        String table = printed.toString(StandardCharsets.UTF_8);
        assertThat(all[0]).isGreaterThan(100);
        assertThat(table)
                .contains("| campaign:x | ", "| honest:chat | ")
                .contains("%,d exchanges in".formatted(all[0]));
        assertThat(table.lines().filter(line -> line.startsWith("| campaign") || line.startsWith("| honest")))
                .allMatch(line -> line.contains(" | 0 | 0 | ") && line.endsWith(" | 0 |"));
    }

    @Test
    void forbiddenHonestExchangeFailsTheRun() throws Exception {
        HttpServer forbids = responding(403, "{}");
        try (SimulatedModel model = new SimulatedModel(0)) {
            URI gateway = loopback(forbids.getAddress().getPort());
            assertThat(new Drive(simulation(), List.of(gateway), MAX_SPEEDUP, List.of(), 0).run(1, model, null, out))
                    .isFalse();
        } finally {
            forbids.stop(0);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8)).containsPattern("honest:chat \\| 0 \\| [1-9]");
    }

    @Test
    void errorsAreCountedByReason() throws Exception {
        HttpServer breaks = responding(502, "{\"error\":{\"message\":\"no endpoint\"}}");
        int[] all = {0};
        simulation().play(exchange -> all[0]++);
        try (SimulatedModel model = new SimulatedModel(0)) {
            URI gateway = loopback(breaks.getAddress().getPort());
            new Drive(simulation(), List.of(gateway), MAX_SPEEDUP, List.of(), 0).run(1, model, null, out);
        } finally {
            breaks.stop(0);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("%,d errors: 502 {\"error\":{\"message\":\"no endpoint\"}}".formatted(all[0]));
    }

    @Test
    void optionsAcceptSeveralGateways() {
        String[] args = {
            "drive",
            "--url",
            "http://127.0.0.1:80,http://127.0.0.1:81",
            "--admin",
            "http://localhost:82",
            "--calendar",
            "1700000000000",
            "--model-port",
            "0"
        };
        DriveOptions options = DriveOptions.parse(args, 1);
        assertThat(options.gateways()).containsExactly(loopback(80), loopback(81));
        assertThat(options.admins()).containsExactly(URI.create("http://localhost:82"));
        assertThat(options.calendar()).isEqualTo(1_700_000_000_000L);
    }

    @Test
    void gatewaysMustBeOnLoopback() {
        DriveOptions options =
                DriveOptions.parse(new String[] {"drive", "--url", "http://192.0.2.1:80", "--model-port", "0"}, 1);
        assertThatIllegalArgumentException().isThrownBy(options::gateways).withMessageContaining("--url");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DriveOptions.parse(new String[] {"drive", "--what", "1"}, 1))
                .withMessageContaining("--what");
    }
}
