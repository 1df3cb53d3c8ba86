package dev.stillgate.proxy.chain;

import org.jspecify.annotations.Nullable;

/** Thrown if a plugin cannot be loaded. The message starts with the path of the jar. */
public final class PluginException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PluginException(String origin, String message, @Nullable Throwable cause) {
        super(origin + ": " + message, cause);
    }
}
