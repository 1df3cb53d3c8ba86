package dev.stillgate.proxy.dialect.provider;

import dev.stillgate.proxy.dialect.request.BodyParser;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.stream.ProseBlocks;
import dev.stillgate.proxy.dialect.stream.ProseField;
import dev.stillgate.proxy.dialect.stream.ProseReader;
import dev.stillgate.proxy.dialect.stream.ResponseField;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One API of a provider: its paths, requests, responses, errors and token weights. {@code Dialects} lists all. Immutable.
 */
public interface Dialect {
    /** Returns the provider whose errors and rate-limit fields the API has. */
    Provider provider();

    /** Returns the operations whose requests and responses this reads, those without a body of interest too. */
    Set<Operation> operations();

    /** Returns the paths that are compared exactly. */
    List<ApiPath> paths();

    /**
     * Returns the call of a path that names a model, which {@link #paths} cannot list; null if it is unknown.
     *
     * @param path the path without the query
     */
    default @Nullable PathMatch match(String method, String path) {
        return null;
    }

    /** Creates a reader of request bodies, which shares a parser with those of other APIs. */
    BodyReader bodies(BodyParser parser);

    /** Returns the weights by which the tokens of prompts and responses are estimated. */
    TokenWeights weights();

    /** Returns the paths of usage, ids and text at the root of a response; for streams of each event, for lines of each. */
    JsonPaths<ResponseField> response(Operation operation, boolean sse);

    /**
     * Returns the paths of prose at the root of a response; for streams of each event, for JSON lines of each line.
     *
     * @throws IllegalArgumentException if responses to the operation have no prose
     */
    JsonPaths<ProseField> prose(Operation operation, boolean sse);

    /** Creates a reader of the same prose. */
    ProseReader proseReader(Operation operation, boolean sse, ProseBlocks blocks);

    /**
     * Returns whether the client is told when to try again.
     *
     * @param status the HTTP status of the refusal
     * @param seconds seconds after which the client may try again
     */
    default boolean namesRetry(int status, long seconds) {
        return true;
    }

    /** Appends the JSON body of an error. */
    void error(ApiError error, StringBuilder json);

    /** Appends the event that ends a stream with an error, without the blank line after it. */
    void errorEvent(ApiError error, StringBuilder event);

    /** Returns the exception for an operation whose responses have no prose. */
    static IllegalArgumentException noProse(Operation operation) {
        return new IllegalArgumentException("responses to " + operation + " have no prose");
    }

    /** Reader of the request bodies of an API. Reusable; not thread-safe. */
    interface BodyReader {
        /**
         * Reads a body.
         *
         * @param cloud what the path of a cloud's API says; null for other paths
         * @param contentType the value of {@code Content-Type}, null if absent
         * @throws MalformedBody if the body is invalid or ambiguous
         */
        BodyView read(
                Operation operation,
                @Nullable CloudCall cloud,
                @Nullable String contentType,
                byte[] buf,
                int off,
                int len)
                throws MalformedBody;
    }
}
