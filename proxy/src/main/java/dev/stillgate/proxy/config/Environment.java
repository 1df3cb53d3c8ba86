package dev.stillgate.proxy.config;

import org.jspecify.annotations.Nullable;

/** Source of the environment variables that <code>${NAME}</code> in a secret refers to. */
@FunctionalInterface
public interface Environment {
    /** Returns a variable's value, or null if it is not set. */
    @Nullable
    String get(String name);

    /** Returns the environment of the process. */
    static Environment system() {
        return System::getenv;
    }
}
