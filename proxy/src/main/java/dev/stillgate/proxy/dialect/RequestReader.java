package dev.stillgate.proxy.dialect;

import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.request.BodyEdit;
import dev.stillgate.proxy.dialect.request.BodyParser;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.request.JsonChat;
import dev.stillgate.proxy.dialect.stream.UsageEventGate;
import dev.stillgate.proxy.json.JsonFields;
import dev.stillgate.proxy.json.JsonTape;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Operation;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Strict parser of request bodies into the view that filters see. Bodies that two JSON parsers could interpret
 * differently are malformed (see {@link JsonTape}). Reusable; not thread-safe. A view is valid until the next call and
 * while the input array is unchanged. Reading a prompt does not allocate in steady state.
 *
 * <p>A JSON body must be an object. Its {@code Content-Type} must be absent or {@code application/json}, with no
 * charset other than UTF-8, because an upstream may interpret other types differently. The values of known keys must
 * have the documented types, see {@link JsonFields}.
 */
public final class RequestReader {
    private final Map<Operation, Dialect.BodyReader> readers = new HashMap<>();

    private final Map<Operation, UsageEventGate.Matcher> usageEvents = new HashMap<>();

    public RequestReader() {
        BodyParser parser = new BodyParser();
        for (Dialect dialect : Dialects.ALL) {
            Dialect.BodyReader reader = dialect.bodies(parser);
            dialect.operations().forEach(operation -> readers.put(operation, reader));
        }
    }

    /** Parses a body of the provider's own API; see {@link #read(Operation, CloudCall, String, byte[], int, int)}. */
    public BodyView read(Operation operation, @Nullable String contentType, byte[] buf, int off, int len)
            throws MalformedBody {
        return read(operation, null, contentType, buf, off, len);
    }

    /**
     * Parses a body.
     *
     * @param operation the operation of the path, which determines the format of the body; may be opaque
     * @param cloud what the path of a cloud's API says; null for other paths
     * @param contentType the value of {@code Content-Type}, null if absent
     * @param buf array with the decoded body, {@code len} bytes from {@code off}
     * @throws MalformedBody if the body is invalid or ambiguous
     */
    public BodyView read(
            Operation operation, @Nullable CloudCall cloud, @Nullable String contentType, byte[] buf, int off, int len)
            throws MalformedBody {
        Dialect.BodyReader reader = readers.get(operation);
        return reader == null ? BodyParser.unread(len) : reader.read(operation, cloud, contentType, buf, off, len);
    }

    /** Returns the recogniser of the event that a stream has only because of {@link #usageEdit}. */
    public UsageEventGate.Matcher usageEvents(Operation operation) {
        return usageEvents.computeIfAbsent(
                operation, absent -> Dialects.of(absent).usageEvents());
    }

    /**
     * Returns the edit by which the most recently parsed body requests usage in its stream.
     *
     * @param view the result of {@link #read}
     * @return null if the body requests usage already, or its API reports it without a request
     */
    public @Nullable BodyEdit usageEdit(BodyView view) {
        return view instanceof JsonChat chat ? chat.usageEdit() : null;
    }
}
