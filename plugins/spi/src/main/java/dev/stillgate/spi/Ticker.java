package dev.stillgate.spi;

/** Source of time, injected so that tests and backtests run in virtual time. Thread-safe. */
public interface Ticker {
    /** Returns monotonic time in nanoseconds from an arbitrary origin; compare by difference. */
    long nanos();

    /** Returns wall-clock time in milliseconds since the epoch, which may jump. */
    long millis();

    /** Returns how fast the wall clock runs against the monotonic one: 1 unless a calendar is played. */
    default double pace() {
        return 1;
    }

    /** Returns the system clocks. */
    static Ticker system() {
        return SystemTicker.INSTANCE;
    }

    /** The system clocks. */
    enum SystemTicker implements Ticker {
        INSTANCE;

        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public long millis() {
            return System.currentTimeMillis();
        }
    }
}
