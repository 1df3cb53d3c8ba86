package dev.stillgate.proxy.dialect.provider;

import dev.stillgate.proxy.dialect.request.BodyParser;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.proxy.dialect.stream.ProseBlocks;
import dev.stillgate.proxy.dialect.stream.ProseField;
import dev.stillgate.proxy.dialect.stream.ProseReader;
import dev.stillgate.proxy.dialect.stream.ResponseField;
import dev.stillgate.proxy.dialect.stream.UsageEventGate;
import dev.stillgate.proxy.dialect.tokens.TokenWeights;
import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One API of a provider: its paths, requests, responses, errors and token weights. All that the gateway knows of an API
 * is in the folder of its implementation, which {@code META-INF/services} lists. Immutable.
 */
public interface Dialect {
    /** Comment in an event stream, without the empty line that some clients take for the end of an event. */
    byte[] COMMENT = ": keep-alive\n".getBytes(StandardCharsets.US_ASCII);

    List<byte[]> ERROR_EVENT = names("error");

    /** Returns names as bytes, to be compared with those in a response. */
    static List<byte[]> names(String... names) {
        return Stream.of(names)
                .map(name -> name.getBytes(StandardCharsets.US_ASCII))
                .toList();
    }

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

    /** Returns whether a path is known and names a resource in whose name an escaped slash is allowed. */
    default boolean isResource(String path) {
        return false;
    }

    /** Returns whether the clients of an unknown path expect the errors of this provider. */
    default boolean isLikely(String path) {
        return false;
    }

    /** Returns the cloud whose clients use a path, known or not, so that they can read errors; null for other paths. */
    default @Nullable Cloud likelyCloud(String path) {
        return null;
    }

    /** Returns whether the clients of all other unknown paths expect the errors of this provider. */
    default boolean isDefault() {
        return false;
    }

    /** Returns the names of header fields that only clients of this provider send, in lower case. */
    default List<String> clientFields() {
        return List.of();
    }

    /** Returns the names of further header fields that describe the client's software and hold no secret. */
    default List<String> softwareFields() {
        return List.of();
    }

    /**
     * Returns the sentence that refuses a query, because of a parameter that changes the format of the response or may
     * hold a credential; null if the query is accepted. Asked for paths of clouds, and for all if {@link
     * #takesKeyInQuery}.
     *
     * @param cloud what the path of a cloud's API says; null for other paths
     */
    default @Nullable String refuseQuery(@Nullable CloudCall cloud, String query) {
        return null;
    }

    /** Returns whether the query may hold a key, which must be the one that names the account. */
    default boolean takesKeyInQuery() {
        return false;
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

    /** Creates a recogniser of the event that a stream has only if its prompt was edited to request usage. */
    default UsageEventGate.Matcher usageEvents() {
        throw new IllegalStateException("usage is reported without a request");
    }

    /** Returns the types of the events that end a stream. */
    default List<byte[]> lastEvents() {
        return ERROR_EVENT;
    }

    /** Returns whether later prompts name the response and its items by id, and the type of an event tells its text's. */
    default boolean namesItems() {
        return false;
    }

    /** Returns whether a response in JSON may be an array, each element of which is an event of a stream. */
    default boolean mayBeArray() {
        return false;
    }

    /** Returns what is sent in an event stream whose upstream is silent; clients ignore it (HTML, section 9.2.5). */
    default byte[] comment() {
        return COMMENT;
    }

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

    /** Returns the name of the response header field with the id of the request. */
    default String requestIdField() {
        return "x-request-id";
    }

    /** Adds the header fields of an error in a cloud's API. */
    default void cloudFields(Cloud cloud, Verdict.Kind kind, String requestId, List<Header> fields) {}

    /** Appends the JSON body of an error. */
    void error(ApiError error, StringBuilder json);

    /** Appends the event that ends a stream with an error, without the blank line after it. */
    void errorEvent(ApiError error, StringBuilder event);

    /** Returns the frame that ends an event stream of Amazon's format with an error. */
    default byte[] errorFrame(Verdict.Kind kind, String message) {
        throw new IllegalStateException("responses have no frames");
    }

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
