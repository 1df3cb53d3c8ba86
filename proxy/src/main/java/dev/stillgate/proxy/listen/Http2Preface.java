package dev.stillgate.proxy.listen;

/** How a peer begins HTTP/2, up to its first request: a fact of its software (the first settings, their order and more). */
final class Http2Preface {
    private static final int MOST_SETTINGS = 16;

    private final StringBuilder settings = new StringBuilder();
    private int count;
    private long enlarged;

    /** Takes a setting; of very many only the first. */
    void setting(int id, long value) {
        if (count++ < MOST_SETTINGS) {
            settings.append(settings.isEmpty() ? "" : ";")
                    .append(id)
                    .append(':')
                    .append(value);
        }
    }

    /** The connection's window was enlarged. */
    void enlarged(int increment) {
        enlarged += increment;
    }

    /**
     * Returns what was taken in one line, see {@link dev.stillgate.spi.ConnectionFacts#preface}.
     *
     * @param pseudoOrder the first letters of the first request's pseudo-header fields
     */
    String line(String pseudoOrder) {
        return settings.append('|')
                .append(enlarged)
                .append('|')
                .append(pseudoOrder)
                .toString();
    }
}
