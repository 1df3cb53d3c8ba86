package dev.stillgate.proxy.jwt;

import org.jspecify.annotations.Nullable;

/** The current keys of an identity provider. Thread-safe; never blocks. */
interface KeySource {
    /** Returns the current keys, null if there are none yet, or none that are recent enough. */
    @Nullable
    JwtKeys keys();

    /** Notes that a token seems to be of a key that is not among the current ones. */
    default void missed() {}
}
