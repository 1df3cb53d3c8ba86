package dev.stillgate.spi;

import java.net.InetAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, from the first header field to the last byte. Not thread-safe: used on its event loop
 * only. Filters must not keep a reference after {@link CompletionFilter#onComplete}.
 */
public interface Exchange {
    /** Returns the request id: the client's {@code request-id} if valid, otherwise a generated one. */
    String requestId();

    /** Returns the provider whose API the path belongs to, and in whose format errors are sent. */
    Provider provider();

    /** Returns the operation of the path; {@link Operation#OPAQUE} if no dialect reads it. */
    Operation operation();

    /** Returns the request method, in upper case. */
    String method();

    /** Returns the normalized path without the query. */
    String path();

    /** Returns the path without a final {@code /cancel}, which also returns the stored response below which it is. */
    default String storedPath() {
        String path = path();
        return path.endsWith("/cancel") ? path.substring(0, path.length() - "/cancel".length()) : path;
    }

    /** Returns the query as sent, percent-encoded and without the question mark; empty if there is none. */
    default String query() {
        return "";
    }

    /**
     * Returns the decoded parameter {@code model} of the query; null if there is none or more than one, or if an escape in
     * it or in a name is invalid.
     */
    default @Nullable String queryModel() {
        String model = null;
        try {
            for (String parameter : query().split("&", -1)) {
                String[] pair = parameter.split("=", 2);
                if (URLDecoder.decode(pair[0], StandardCharsets.UTF_8).equals("model")) {
                    if (model != null) {
                        return null;
                    }
                    model = pair.length == 1 ? "" : URLDecoder.decode(pair[1], StandardCharsets.UTF_8);
                }
            }
        } catch (IllegalArgumentException invalid) {
            return null;
        }
        return model;
    }

    /** Returns the path prefix of the route that matched. */
    String route();

    /** Returns a view of the request's header fields, valid as long as the exchange. */
    Headers headers();

    /** Returns the account of the request's credential. */
    Account account();

    /**
     * Returns whether the account is only claimed: the request names it by an id that others may know, and the upstream
     * alone can check the rest of the credential. Anyone can send such a request, so it is evidence about the account
     * only if the upstream's response has a status of 200 to 299.
     */
    default boolean isAccountClaimed() {
        return false;
    }

    /** Returns the client's address, found behind the configured number of trusted proxies. */
    InetAddress address();

    /** Returns the connection that carries the request. */
    ConnectionFacts connection();

    /** Returns the time at which the request's head was complete, in {@link Ticker#nanos}. */
    long startNanos();

    /** Returns the time at which the request's head was complete, in milliseconds since the epoch. */
    long startMillis();

    /**
     * Returns the id in the response body, null while unknown or if there is none. It is known by the time of
     * {@link CompletionFilter#onComplete}, for streams too.
     */
    @Nullable
    String answerId();

    /**
     * Returns what the response says of responses that are fetched later; final by the time of {@link
     * CompletionFilter#onComplete}.
     */
    default DeferredResponse deferredResponse() {
        return DeferredResponse.NONE;
    }

    /**
     * Returns the summary of the response delivered so far; final by the time of {@link CompletionFilter#onComplete}. It
     * is {@link ResponseFacts#NONE} unless a filter {@linkplain CompletionFilter#readsResponse reads answers}. Valid during
     * the call only.
     */
    ResponseFacts responseFacts();

    /**
     * Returns whether the response delivered so far carries a filter's mark; final by the time of
     * {@link CompletionFilter#onComplete}.
     */
    default boolean isMarked() {
        return false;
    }

    /**
     * Returns the provider's own judgement as far as its response was read; final by the time of
     * {@link CompletionFilter#onComplete}.
     */
    default ProviderVerdict providerVerdict() {
        return ProviderVerdict.NONE;
    }

    /** Returns the value in a slot of this exchange, or null. */
    <T> @Nullable T get(Slot<T> slot);

    /** Stores a value in a slot, for later phases and filters of this exchange; null clears the slot. */
    <T> void set(Slot<T> slot, @Nullable T value);
}
