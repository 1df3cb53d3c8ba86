package dev.stillgate.proxy.chain;

import org.jspecify.annotations.Nullable;

/** A plugin that cannot be used; the message names the jar. */
public final class PluginException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    PluginException(String origin, String message, @Nullable Throwable cause) {
        super(origin + ": " + message, cause);
    }
}
