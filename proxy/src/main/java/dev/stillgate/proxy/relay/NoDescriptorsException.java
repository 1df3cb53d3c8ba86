package dev.stillgate.proxy.relay;

import org.jspecify.annotations.Nullable;

/** The gateway itself cannot open another socket. The upstream was not asked, so the failure says nothing about it. */
public final class NoDescriptorsException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Has no stack trace: many exchanges can fail at once when descriptors run out. */
    NoDescriptorsException(@Nullable Throwable cause) {
        super("no descriptor for an upstream connection", cause, false, false);
    }
}
