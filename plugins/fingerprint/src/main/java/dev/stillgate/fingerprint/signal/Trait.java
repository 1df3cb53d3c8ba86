package dev.stillgate.fingerprint.signal;

import java.util.function.ToDoubleFunction;

/**
 * A number that every account has, and in which the accounts of one actor are more alike than strangers are.
 *
 * @param name a short name for reports
 * @param scale the least spread that strangers are ever held to have, as a standard deviation: however alike the learnt
 *     population may be, nobody is convicted of being closer than that
 * @param pace whether it says how much an account does, which one actor may well deal out unevenly: a group may be told
 *     from strangers without it
 * @param of reads it; NaN when it is not known
 */
public record Trait(String name, double scale, boolean pace, ToDoubleFunction<Profile> of) {
    /** A trait that does not say how much an account does. */
    Trait(String name, double scale, ToDoubleFunction<Profile> of) {
        this(name, scale, false, of);
    }
}
