package dev.stillgate.proxy.fleet;

import io.lettuce.core.api.StatefulRedisConnection;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One connection to the store, or the lack of one: it is opened in the background, and again whenever it broke. */
final class StoreConnection {
    private final StoreClient client;
    private volatile @Nullable StatefulRedisConnection<byte[], byte[]> open;
    private volatile @Nullable String missing;
    private boolean opening;

    StoreConnection(StoreClient client) {
        this.client = client;
    }

    /** Returns the connection, null while there is none. */
    @Nullable
    StatefulRedisConnection<byte[], byte[]> get() {
        StatefulRedisConnection<byte[], byte[]> connection = open;
        return connection != null && connection.isOpen() ? connection : null;
    }

    /** Returns why there is none, null as long as nothing has failed. */
    @Nullable
    String missing() {
        return missing;
    }

    /** Opens it when it is not open; called again and again, it never has more than one attempt under way. */
    synchronized void keep() {
        if (opening || get() != null) {
            return;
        }
        if (open != null) {
            open = null;
            missing = "the connection broke";
        }
        opening = true;
        try {
            client.connect().whenComplete(this::opened);
        } catch (RuntimeException refused) { // an address that cannot be, or a client that is closing
            opened(null, refused);
        }
    }

    /** Closes it, so that the next one goes where the store's name leads by then. */
    void leave() {
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
            missing = reason(failure);
        }
    }

    /** Returns a failure and what caused it in one line, without the stacks: it is for an operator. */
    static String reason(Throwable failure) {
        Throwable told = cause(failure);
        Throwable cause = told.getCause();
        String message = told.getMessage() == null ? told.toString() : told.getMessage();
        return cause == null ? message : message + ": " + cause.getMessage();
    }

    /** Returns a failure as it was before a stage wrapped it. */
    static Throwable cause(Throwable failure) {
        Throwable wrapped = failure.getCause();
        return failure instanceof CompletionException && wrapped != null ? wrapped : failure;
    }
}
