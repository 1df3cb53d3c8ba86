package dev.stillgate.proxy.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.config.FleetStore;
import dev.stillgate.proxy.rig.NoLeaks;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client that is closed while it connects to a store that accepts connections but never responds. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class StoreClientTest {
    private static final int ROUNDS = 60;

    @Test
    void openingConnectionEndsBeforeItsThread() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress())) {
            for (int i = 0; i < ROUNDS; i++) {
                try (StoreThreads threads = new StoreThreads()) {
                    StoreClient client = client(silent, threads);
                    var attempt = client.connect().toCompletableFuture();
                    client.close();
                    assertThat(attempt).isDone();
                }
            }
        }
    }

    @Test
    void closedClientOpensNoConnection() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                StoreThreads threads = new StoreThreads()) {
            StoreClient client = client(silent, threads);
            client.close();
            assertThatThrownBy(() -> client.connect().toCompletableFuture().join())
                    .hasRootCauseInstanceOf(IllegalStateException.class);
        }
    }

    private static StoreClient client(ServerSocket store, StoreThreads threads) {
        return new StoreClient(
                new FleetStore(
                        "redis://127.0.0.1:" + store.getLocalPort(),
                        null,
                        null,
                        null,
                        "test",
                        0,
                        Duration.ofMillis(20)),
                threads,
                StreamReader.BLOCK);
    }
}
