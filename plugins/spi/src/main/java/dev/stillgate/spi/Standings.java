package dev.stillgate.spi;

/** The standings in force, as one immutable snapshot after another; reading one is a look-up in memory. */
@FunctionalInterface
public interface Standings {
    /** Returns the standing of an account, {@link Standing#CLEAR} when nothing was published of it. */
    Standing of(Account account);
}
