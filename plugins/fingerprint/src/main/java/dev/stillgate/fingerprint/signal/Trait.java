package dev.stillgate.fingerprint.signal;

import java.util.function.ToDoubleFunction;

/** A trait without a pooled value that does not measure the amount of work. */
public record Trait(String name, double scale, boolean pace, double pooledValue, ToDoubleFunction<Profile> of) {
    /** A trait that knows nothing of pace or of chance. */
    Trait(String name, double scale, ToDoubleFunction<Profile> of) {
        this(name, scale, false, Double.NaN, of);
    }
}
