package dev.stillgate.proxy.fleet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One connection to the store, opened in the background and reopened after it breaks. */
final class StoreConnection {
    private final StoreClient client;
    private volatile @Nullable StatefulRedisConnection<byte[], byte[]> open;
    private volatile @Nullable String failureReason;

    @GuardedBy("this")
    private boolean opening;

    StoreConnection(StoreClient client) {
        this.client = client;
    }

    /** Returns the open connection, null while there is none. */
    @Nullable
    StatefulRedisConnection<byte[], byte[]> get() {
        StatefulRedisConnection<byte[], byte[]> connection = open;
        return connection != null && connection.isOpen() ? connection : null;
    }

    /** Returns the reason of the last failure, null when there was none. */
    @Nullable
    String failureReason() {
        return failureReason;
    }

    /** Starts to open the connection unless it is open or an attempt is in progress. */
    synchronized void ensureOpen() {
        if (opening || get() != null) {
            return;
        }
        if (open != null) {
            open = null;
            failureReason = "the connection broke";
        }
        opening = true;
        try {
            client.connect().whenComplete(this::opened);
        } catch (RuntimeException refused) { // an invalid address, or a client that is closing
            opened(null, refused);
        }
    }

    /** Closes the connection, so that the next one resolves the store's host name again. */
    void disconnect() {
        StatefulRedisConnection<byte[], byte[]> connection = open;
        if (connection != null) {
            connection.closeAsync();
        }
    }

    private synchronized void opened(
            @Nullable StatefulRedisConnection<byte[], byte[]> connection, @Nullable Throwable failure) {
        opening = false;
        open = connection;
        if (failure != null) {
            failureReason = reason(failure);
        }
    }

    /** Returns a failure and its cause in one line for the operator, without stack traces. */
    static String reason(Throwable failure) {
        Throwable unwrapped = cause(failure);
        Throwable cause = unwrapped.getCause();
        String message = unwrapped.getMessage() == null ? unwrapped.toString() : unwrapped.getMessage();
        return cause == null ? message : message + ": " + cause.getMessage();
    }

    /** Returns a failure without the wrapper of a completion stage. */
    static Throwable cause(Throwable failure) {
        Throwable wrapped = failure.getCause();
        return failure instanceof CompletionException && wrapped != null ? wrapped : failure;
    }
}
