package dev.stillgate.proxy.fleet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.proxy.config.FleetStore;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.TimeoutOptions.TimeoutSource;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * Factory of connections to the store. A connection is used until it breaks and is never reopened. Its commands in
 * flight then fail at once, and no command is repeated automatically.
 */
final class StoreClient implements AutoCloseable {
    private static final int MOST_REQUESTS = 16_384;
    private static final long CLOSE_SECONDS = 3;

    private final RedisURI address;
    private final ClientResources resources;
    private final RedisClient client;

    @GuardedBy("itself")
    private final List<CompletableFuture<?>> attempts = new ArrayList<>();

    @GuardedBy("attempts")
    private boolean closed;

    /**
     * Creates a client without a connection.
     *
     * @param block how long a stream read may block in the store, in addition to the timeout
     */
    StoreClient(FleetStore store, StoreThreads threads, Duration block) {
        address = address(store);
        resources = threads.resources().build();
        client = RedisClient.create(resources);
        client.setOptions(ClientOptions.builder()
                .autoReconnect(false)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(MOST_REQUESTS)
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(store.timeout())
                        .keepAlive(true)
                        .tcpNoDelay(true)
                        .build())
                .timeoutOptions(TimeoutOptions.builder()
                        .timeoutSource(new CommandTimeout(store.timeout(), block))
                        .build())
                .build());
    }

    private static RedisURI address(FleetStore store) {
        RedisURI.Builder address = RedisURI.builder()
                .withHost(store.host())
                .withPort(store.port())
                .withSsl(store.tls())
                .withDatabase(store.database())
                .withTimeout(store.timeout());
        String password = store.password();
        if (password != null) {
            String username = store.username();
            if (username == null) {
                address.withPassword(password.toCharArray());
            } else {
                address.withAuthentication(username, password.toCharArray());
            }
        }
        return address.build();
    }

    /** Opens a connection. Fails if the store does not respond within its timeout, or after {@link #close}. */
    CompletionStage<StatefulRedisConnection<byte[], byte[]>> connect() {
        synchronized (attempts) {
            if (closed) {
                return CompletableFuture.failedStage(new IllegalStateException("closed"));
            }
            CompletableFuture<StatefulRedisConnection<byte[], byte[]>> attempt =
                    client.connectAsync(ByteArrayCodec.INSTANCE, address).toCompletableFuture();
            attempts.removeIf(CompletableFuture::isDone);
            attempts.add(attempt);
            return attempt;
        }
    }

    /**
     * Closes all connections, and waits for those being opened. Lettuce does not track the latter: if a channel were
     * registered while its thread ends, its socket and buffer would leak.
     */
    @Override
    public void close() {
        CompletableFuture<?>[] last;
        synchronized (attempts) {
            closed = true;
            last = attempts.toArray(CompletableFuture<?>[]::new);
        }
        CompletableFuture.allOf(last)
                .completeOnTimeout(null, CLOSE_SECONDS, TimeUnit.SECONDS)
                .exceptionally(failed -> null)
                .join();
        client.shutdown(0, CLOSE_SECONDS, TimeUnit.SECONDS);
        resources.shutdown(0, CLOSE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
    }

    /** The timeout of a command; stream reads may block longer. */
    private static final class CommandTimeout extends TimeoutSource {
        private final long usual;
        private final long blocking;

        private CommandTimeout(Duration timeout, Duration block) {
            usual = timeout.toMillis();
            blocking = timeout.plus(block).toMillis();
        }

        @Override
        public long getTimeout(RedisCommand<?, ?, ?> command) {
            return command.getType() == CommandType.XREAD ? blocking : usual;
        }
    }
}
