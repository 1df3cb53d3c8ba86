package dev.stillgate.spi;

/** How a filter wants an answer to be passed on. */
public sealed interface ResponseTap {
    /** The answer passes byte for byte. */
    ResponseTap NONE = new None();

    /** The answer passes byte for byte. */
    record None() implements ResponseTap {}

    /**
     * The answer passes byte for byte, no faster than a pace; of several, the slowest holds.
     *
     * @param bytesPerSecond the pace of the answer's body, at least 1
     */
    record Pace(long bytesPerSecond) implements ResponseTap {
        public Pace {
            if (bytesPerSecond < 1) {
                throw new IllegalArgumentException("a pace below 1 byte a second: " + bytesPerSecond);
            }
        }
    }
}
