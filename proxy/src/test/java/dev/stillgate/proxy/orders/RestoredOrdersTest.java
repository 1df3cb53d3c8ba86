package dev.stillgate.proxy.orders;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.listen.Transports;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.orders.MemoryOrders;
import dev.stillgate.spi.orders.Order;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders of an earlier start, from the moment the port opens. */
class RestoredOrdersTest {
    private static final int ORDERS = 5_000;
    private static final int ASKED_AFTER_START = 20;
    private static final byte[] KEY = "sk-blocked".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path directory;

    /** Completed with the port while the socket is bound. */
    private final CompletableFuture<Integer> port = new CompletableFuture<>();

    /** Server socket that tells its port at once. */
    private final class ToldSocket extends NioServerSocketChannel {
        @Override
        protected void doBind(SocketAddress address) throws Exception {
            super.doBind(address);
            port.complete(((InetSocketAddress) javaChannel().getLocalAddress()).getPort());
        }
    }

    private Transports telling(Transports real) {
        return new Transports(real.name(), real.handlers(), ToldSocket::new, real.channels());
    }

    private void order(Path file, String lastAccount) throws IOException {
        long now = System.currentTimeMillis() - 60_000;
        try (Journal journal = new Journal(file, Journal.MOST_BYTES, false, time -> {}, (record, isFinal) -> "")) {
            for (int i = 1; i <= ORDERS; i++) {
                Order order = MemoryOrders.of(
                        Drafts.block(i == ORDERS ? lastAccount : "a-" + i, Duration.ofDays(30)),
                        String.format("%032x", i),
                        "behaviour",
                        new Order.Rank(now, i),
                        now);
                journal.append(new Journal.Line(order.id(), OrderJson.stored(order), true), false);
            }
        }
    }

    /** Returns the statuses of requests from the moment the port opens. */
    private List<Integer> ask(CountDownLatch started) {
        List<Integer> statuses = new ArrayList<>();
        int left = ASKED_AFTER_START;
        try (RawClient client = new RawClient(port.join())) {
            while (left > 0) {
                left -= started.getCount() == 0 ? 1 : 0;
                statuses.add(client.send(Requests.messages("x-api-key: sk-blocked"))
                        .answer()
                        .status());
            }
        }
        return statuses;
    }

    @Test
    void blockedAccountIsNeverLetInAfterARestart() throws IOException {
        Path state = Files.createDirectory(directory.resolve("state"));
        String account = new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system()).id(KEY, 0, KEY.length);
        order(state.resolve("orders.jsonl"), account);
        CountDownLatch started = new CountDownLatch(1);
        CompletableFuture<List<Integer>> statuses = CompletableFuture.supplyAsync(() -> ask(started));
        try (UpstreamScript upstream = UpstreamScript.answering();
                GatewayRig rig = GatewayRig.with()
                        .to(upstream)
                        .state(state)
                        .transport("nio")
                        .channels(this::telling)
                        .filters("[{name: behaviour, type: fingerprint}]")
                        .start()) {
            assertThat(rig.metric("stillgate_orders_known")).isEqualTo(ORDERS);
            assertThat(rig.admin("GET /readyz").status()).isEqualTo(200);
            started.countDown();
            assertThat(statuses.join())
                    .hasSizeGreaterThanOrEqualTo(ASKED_AFTER_START)
                    .containsOnly(403);
            assertThat(upstream.requests()).isEmpty();
        }
    }
}
