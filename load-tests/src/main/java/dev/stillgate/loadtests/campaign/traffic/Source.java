package dev.stillgate.loadtests.campaign.traffic;

/** A sequence of exchanges in order of time. */
public interface Source {
    /** The due time of a source that has ended. */
    long NEVER = Long.MAX_VALUE;

    /** Returns the time of the next exchange in milliseconds since the epoch, {@link #NEVER} if there is none. */
    long due();

    /** Sends the next exchange and advances to the one after it, whose time is not earlier. */
    void send(Api api);
}
