package dev.stillgate.tokenbucket.bucket;

import dev.stillgate.spi.PolicyException;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketState64BitsInteger;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.security.CodeSource;
import java.util.List;

/**
 * A private method of Bucket4j's state that this filter calls. Other versions of Bucket4j may lack it. The build
 * therefore pins the version, and {@link #check} fails when a filter is created rather than at its first request.
 */
public record Bucket4jMethod(String name, MethodType type) {
    static final Bucket4jMethod CONSUME = of("consume", void.class, int.class, long.class);
    static final Bucket4jMethod ADD = of("addTokens", void.class, int.class, Bandwidth.class, long.class);
    static final Bucket4jMethod LAST_REFILL = of("getLastRefillTimeNanos", long.class, int.class);
    static final Bucket4jMethod SET_LAST_REFILL = of("setLastRefillTimeNanos", void.class, int.class, long.class);

    /** The version of Bucket4j with these methods. */
    static final String VERSION = "8.19.0";

    private static Bucket4jMethod of(String name, Class<?> result, Class<?>... parameters) {
        return new Bucket4jMethod(name, MethodType.methodType(result, parameters));
    }

    /**
     * Checks that Bucket4j has all of these methods.
     *
     * @throws PolicyException if one is missing
     */
    public static void check() {
        check(BucketState64BitsInteger.class);
    }

    static void check(Class<?> state) {
        for (Bucket4jMethod method : List.of(CONSUME, ADD, LAST_REFILL, SET_LAST_REFILL)) {
            try {
                method.handle(state);
            } catch (ReflectiveOperationException e) {
                CodeSource source = state.getProtectionDomain().getCodeSource();
                PolicyException exception = new PolicyException(
                        "",
                        "this Bucket4j cannot be used: " + state.getSimpleName() + " has no method " + method.name
                                + method.type + "; put bucket4j_jdk17-core " + VERSION + " in the place of "
                                + (source == null ? "it" : source.getLocation()));
                exception.initCause(e);
                throw exception;
            }
        }
    }

    private MethodHandle handle(Class<?> state) throws ReflectiveOperationException {
        return MethodHandles.privateLookupIn(state, MethodHandles.lookup()).findVirtual(state, name, type);
    }

    MethodHandle handle() {
        try {
            return handle(BucketState64BitsInteger.class);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Bucket4j has no method " + name, e);
        }
    }
}
