package dev.stillgate.fingerprint.signal;

import java.util.function.ToDoubleFunction;

/**
 * A number that every account has, and in which the accounts of one actor are more alike than strangers are.
 *
 * @param name a short name for reports
 * @param scale the least spread that strangers are ever held to have, as a standard deviation: however alike the learnt
 *     population may be, nobody is convicted of being closer than that
 * @param pace whether it says how much an account does, in which alone being alike is evidence: the other traits of time
 *     say in what manner it works
 * @param chance the value it has for an account behind which stand many people who know nothing of each other, NaN when
 *     there is none: their requests add up to a Poisson process (C. Palm, "Intensitaetsschwankungen im Fernsprechverkehr",
 *     1943), so that two such accounts are alike without being one actor's
 * @param of reads it; NaN when it is not known
 */
public record Trait(String name, double scale, boolean pace, double chance, ToDoubleFunction<Profile> of) {
    /** A trait that knows nothing of pace or of chance. */
    Trait(String name, double scale, ToDoubleFunction<Profile> of) {
        this(name, scale, false, Double.NaN, of);
    }
}
