package dev.stillgate.proxy.config;

import org.jspecify.annotations.Nullable;

/** Where <code>${NAME}</code> in a secret comes from: injected, so that tests and the demo bring their own. */
@FunctionalInterface
public interface Environment {
    /** Returns the variable's value, null when it is not set. */
    @Nullable
    String get(String name);

    /** The environment of the process. */
    static Environment system() {
        return System::getenv;
    }
}
