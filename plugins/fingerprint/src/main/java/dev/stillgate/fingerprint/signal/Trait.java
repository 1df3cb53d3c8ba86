package dev.stillgate.fingerprint.signal;

import java.util.function.ToDoubleFunction;

/**
 * Measure of an account.
 *
 * @param scale least spread that counts, in units of the measure
 */
public record Trait(String name, double scale, ToDoubleFunction<Profile> of) {}
