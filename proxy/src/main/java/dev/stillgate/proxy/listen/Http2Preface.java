package dev.stillgate.proxy.listen;

/**
 * Fingerprint of a client's HTTP/2 connection preface: its first SETTINGS in order, the connection's window increments,
 * and the order of the first request's pseudo-header fields.
 */
final class Http2Preface {
    private static final int MAX_SETTINGS = 16;

    private final StringBuilder settings = new StringBuilder();
    private int count;
    private long windowEnlarged;

    /** Records a setting; those after the first 16 are ignored. */
    void setting(int id, long value) {
        if (count++ < MAX_SETTINGS) {
            settings.append(settings.isEmpty() ? "" : ";")
                    .append(id)
                    .append(':')
                    .append(value);
        }
    }

    /** Records an increment of the connection's window. */
    void windowEnlarged(int increment) {
        windowEnlarged += increment;
    }

    /**
     * Returns the fingerprint, in the format of {@link dev.stillgate.spi.ConnectionFacts#preface}.
     *
     * @param pseudoOrder the first letters of the first request's pseudo-header fields
     */
    String line(String pseudoOrder) {
        return settings.append('|')
                .append(windowEnlarged)
                .append('|')
                .append(pseudoOrder)
                .toString();
    }
}
