package dev.stillgate.proxy.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.orders.Orders;
import dev.stillgate.testkit.FakeTicker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class KilledGatewayTest {
    private static final int ROUNDS = 6;
    private static final String ERASED = "erased ";

    @TempDir
    private Path directory;

    /** Gives orders, and erases every tenth account, which rewrites the journal; prints what was accepted. */
    static final class Giving {
        private Giving() {}

        public static void main(String[] arguments) throws IOException {
            Ticker ticker = new FakeTicker();
            try (GatewayOrders orders =
                    new GatewayOrders(Path.of(arguments[0]), account -> "h" + account, ticker, null, false)) {
                Orders filter = orders.of("behaviour");
                for (int i = 0; i < 100_000; i++) {
                    String account = arguments[1] + "-" + i;
                    filter.give(Drafts.block(account, Duration.ofDays(30)));
                    System.out.println(account);
                    if (i % 10 == 9) {
                        orders.erase(account, "ann", 1);
                        System.out.println(ERASED + account);
                    }
                }
            }
        }
    }

    @Test
    void acceptedOrdersSurviveAKillAtAnyTime() throws Exception {
        Path file = directory.resolve("orders.jsonl");
        for (int round = 0; round < ROUNDS; round++) {
            List<String> accepted = acceptedUntilKilled(file, round);
            List<String> erased = accepted.stream()
                    .filter(line -> line.startsWith(ERASED))
                    .map(line -> line.substring(ERASED.length()))
                    .toList();
            List<String> kept = accepted.stream()
                    .filter(line -> !line.startsWith(ERASED) && !erased.contains(line))
                    .filter(line -> !line.endsWith("9")) // the last one may be erased already
                    .toList();
            try (GatewayOrders orders =
                    new GatewayOrders(file, account -> "h" + account, new FakeTicker(), null, false)) {
                List<String> known = orders.all().stream()
                        .flatMap(listed -> listed.order().keys())
                        .toList();
                assertThat(known).containsAll(kept);
                assertThat(known).doesNotContainAnyElementsOf(erased);
            }
        }
    }

    private List<String> acceptedUntilKilled(Path file, int round) throws Exception {
        Path output = directory.resolve("accepted" + round);
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Giving.class.getName(),
                        file.toString(),
                        "r" + round)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectOutput(output.toFile())
                .start();
        try {
            GatewayRig.eventually("gives orders", () -> output.toFile().length() > 100);
            TimeUnit.MILLISECONDS.sleep(30L + 37L * round);
        } finally {
            process.destroyForcibly().waitFor();
        }
        String text = Files.readString(output);
        return text.substring(0, text.lastIndexOf('\n')).lines().toList();
    }
}
