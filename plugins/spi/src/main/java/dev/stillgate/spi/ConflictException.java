package dev.stillgate.spi;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Thrown by an {@link AdminAction} when the resource has changed since the operator saw it, as status 409 of RFC 9110.
 */
public final class ConflictException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient Map<String, Object> details;

    /**
     * A conflict with the present state of a resource.
     *
     * @param message what has changed
     * @param details further fields of the response, such as the present revision: values as in {@link AdminView#of},
     *     bounded in size; a field {@code error} is ignored, since it has the message
     */
    public ConflictException(String message, Map<String, Object> details) {
        super(message);
        this.details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    /** Returns the further fields of the response, in order. */
    public Map<String, Object> details() {
        return details;
    }
}
