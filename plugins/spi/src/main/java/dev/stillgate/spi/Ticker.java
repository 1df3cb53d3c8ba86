package dev.stillgate.spi;

/** The clock of everything: injected, so that tests and replays run in virtual time. */
public interface Ticker {
    /** Returns a time in nanoseconds that never goes back, from an arbitrary origin; compare by difference. */
    long nanos();

    /** Returns the wall clock in milliseconds of the epoch, which may jump. */
    long millis();

    /** The clock of the machine. */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }
}
