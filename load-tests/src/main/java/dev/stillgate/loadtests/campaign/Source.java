package dev.stillgate.loadtests.campaign;

import java.util.function.Consumer;

/** Somebody who sends exchanges, one after another. */
public interface Source {
    /** A time that never comes. */
    long NEVER = Long.MAX_VALUE;

    /** Returns when the next one is due, {@link #NEVER} when there is none. */
    long due();

    /** Sends the one that is due, and moves on; the next is not due before it. */
    void send(Consumer<Exchange> sink);
}
