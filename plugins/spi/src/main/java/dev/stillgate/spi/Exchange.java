package dev.stillgate.spi;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, from the first header to the last byte. Used on the exchange's own event loop only;
 * filters keep no reference to it after {@link CompletionFilter#onComplete}.
 */
public interface Exchange {
    /** Returns the id under which this exchange is logged: the caller's {@code request-id} when it is usable, else made. */
    String requestId();

    /** Returns the provider whose answers this path gives, and whose errors the caller understands. */
    Provider provider();

    /** Returns what the path asks for; {@link Operation#OPAQUE} where no dialect reads it. */
    Operation operation();

    /** Returns the request method, in upper case. */
    String method();

    /** Returns the path without the query, in normal form. */
    String path();

    /** Returns the query as it was sent, without its question mark and with its escapes; empty when there is none. */
    default String query() {
        return "";
    }

    /** Returns the path prefix of the route that matched. */
    String route();

    /** Returns the request's header fields; a view that lives as long as the exchange. */
    Headers headers();

    /** Returns the account that the credential stands for. */
    Account account();

    /** Returns the caller's address, after the configured number of trusted hops. */
    InetAddress address();

    /** Returns the facts of the connection that carries the request. */
    ConnectionFacts connection();

    /** Returns when the request's head was complete, in {@link Ticker#nanos}. */
    long startNanos();

    /** Returns when the request's head was complete, in milliseconds of the epoch. */
    long startMillis();

    /**
     * Returns the id that the answer gives itself, null while it is not known or when there is none. Whole answers and
     * streams have it by the time of {@link CompletionFilter#onComplete}.
     */
    @Nullable
    String answerId();

    /**
     * Returns what was seen of the answer so far; whole by the time of {@link CompletionFilter#onComplete}, and of an answer
     * that was cut short, what was delivered. {@link AnswerFacts#NONE} unless a filter {@linkplain
     * CompletionFilter#readsAnswer reads answers}. Valid during the call only.
     */
    AnswerFacts answer();

    /** Returns what was put under the slot in this exchange, or null. */
    <T> @Nullable T get(Slot<T> slot);

    /** Puts a value that later phases and later filters of this exchange can read; null takes it away. */
    <T> void set(Slot<T> slot, @Nullable T value);
}
