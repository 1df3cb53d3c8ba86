package dev.stillgate.proxy.relay;

import org.jspecify.annotations.Nullable;

/** The gateway itself cannot open another socket. Not a failure of the upstream, which was not contacted. */
public final class NoDescriptorsException extends Exception {
    private static final long serialVersionUID = 1L;

    /** Creates the exception without a stack trace, because many exchanges can fail at once. */
    NoDescriptorsException(@Nullable Throwable cause) {
        super("no descriptor for an upstream connection", cause, false, false);
    }
}
