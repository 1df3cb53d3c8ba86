package dev.stillgate.proxy.json;

/**
 * Receiver of the values that a {@link JsonReader} finds, in document order. Indices refer to the array that is being
 * read. Methods do nothing unless overridden.
 *
 * @param <F> meaning of a value or container, as given in the {@link JsonPaths}
 */
public abstract class JsonSink<F> {
    /** Handles the start of a followed object or array, whose opening bracket is at index {@code at}. */
    public void enter(F field, int at) {}

    /** Handles the end of a followed object or array, before index {@code end}. */
    public void leave(F field, int end) {}

    /**
     * Handles an integer from 0 to 2^53. Its first digits may be in an earlier piece: {@code from} then is an index
     * before this piece.
     */
    public void number(F field, long value, int from, int to) {}

    /** Returns whether the next short string with a meaning is to be reported to {@link #shortString}. */
    public boolean needs(F field) {
        return true;
    }

    /**
     * Handles a short string without its escapes, in UTF-8. It is empty if it is longer than
     * {@value JsonShortString#MAX} bytes or has an invalid escape.
     */
    public void shortString(F field, byte[] buf, int from, int to) {}

    /**
     * Handles the start of a text.
     *
     * @param first the first byte of the value: a quote, or the opening bracket of a JSON value
     * @param at index after that byte
     */
    public void beginText(F field, byte first, int at) {}

    /** Handles a piece of a text, with its escapes; of a JSON value the bytes after its opening bracket. */
    public void text(F field, byte[] buf, int from, int to) {}

    /** Handles the end of a text, or of a string within a JSON value. Its closing quote is at index {@code at}. */
    public void endText(F field, int at) {}

    /**
     * Handles the end of a value of which only the kind matters.
     *
     * @param first the first byte of the value, such as a quote, a bracket or the {@code n} of {@code null}
     * @param empty whether it is an empty string, object or array
     */
    public void presence(F field, byte first, boolean empty) {}
}
