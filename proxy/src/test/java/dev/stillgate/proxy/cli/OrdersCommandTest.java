package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Output and exit codes of {@code stillgate orders}, with a gateway that knows 1,002 orders. */
@Tag("slow")
class OrdersCommandTest {
    private static final String GIVING = """
        for (int i = 0; i < 1002; i++) {
            java.util.List<String> accounts = java.util.stream.IntStream.range(0, i == 0 ? 250 : 1)
                    .mapToObj(n -> "a-" + n).toList();
            context.orders().give(new dev.stillgate.spi.orders.OrderDraft(
                    i % 2 == 0 ? "ann" : "bob", "ticket\\u001b " + i, "confirm", "cluster c" + i, "judgement", accounts,
                    java.util.List.of(), false, new dev.stillgate.spi.orders.OrderEnd(86_400_000L, false), i == 1001 ? 2 : 1,
                    "confirm " + i, java.util.Map.of()));
        }
        return (RequestFilter) exchange -> Verdict.ALLOW;\
        """;

    @TempDir
    private static Path directory;

    private static GatewayRig rig;
    private static Path config;

    @BeforeAll
    static void start() throws IOException {
        rig = GatewayRig.with()
                .toPort(1)
                .plugins(TestPlugins.in(directory, "giving", GIVING))
                .filters("[{name: behaviour, type: giving}]")
                .start();
        config = Files.writeString(
                directory.resolve("stillgate.yaml"), "admin: {address: \"127.0.0.1:" + rig.adminPort() + "\"}\n");
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static Lines orders(String... arguments) {
        List<String> all = new ArrayList<>(List.of("orders"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--config", config.toString()));
        return Lines.of(all.toArray(new String[0]));
    }

    @Test
    void newestOrdersArePrintedAsTable() {
        Lines run = orders("--limit", "2");
        assertThat(run.exit()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines.get(0)).startsWith("TIME               STATUS            ACTION   SUBJECT");
        assertThat(lines.get(1))
                .matches(
                        "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\dZ  waiting \\(1 of 2\\)  confirm  cluster c1001  1         bob"
                                + "  \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\dZ  ticket\\\\u001b 1001");
        assertThat(lines.get(2)).contains("in-force", "cluster c1000", "ann");
        assertThat(lines.get(3)).isEqualTo("There are more: --limit N, --since TIME, or --json for all.");
        assertThat(orders("--by", "ann", "--cluster", "c4").out()).contains("cluster c4", "replaced");
        assertThat(orders("--status", "waiting").out().lines()).hasSize(2);
        assertThat(orders("--account", "a-249").out()).contains("cluster c0", "250");
    }

    @Test
    void exportHasAllOrdersWithAllAccounts() throws IOException {
        Lines run = orders("--json");
        assertThat(run.exit()).isZero();
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(1002);
        JsonNode oldest = new ObjectMapper().readTree(lines.getLast());
        assertThat(oldest.get("subject").asText()).isEqualTo("cluster c0");
        assertThat(oldest.get("account_ids")).hasSize(250);
        assertThat(oldest.get("reach").asText()).isEqualTo("memory");
        assertThat(orders("--json", "--limit", "3").out().lines()).hasSize(3);
    }

    @Test
    void wrongFilterIsRefused() {
        assertThat(orders("--limit", "0").exit()).isEqualTo(2);
        Lines run = orders("--since", "soon");
        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("expected since as 2026-03-01");
        assertThat(orders("--json", "--status", "x").exit()).isEqualTo(1);
    }
}
