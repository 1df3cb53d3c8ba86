package dev.stillgate.proxy.config;

/**
 * One thing that is wrong in a file. What came from the file stands in the message without control characters and
 * bounded, since the message goes to terminals and logs.
 *
 * @param at where
 * @param message what was found and what was expected
 */
public record Problem(Position at, String message) {
    private static final int KEPT = 300;

    public Problem {
        message = printable(message);
    }

    /** Returns a text from a file as it may be shown: bounded, and nothing in it that a terminal would act on. */
    static String printable(String text) {
        String cut =
                text.length() > 2 * KEPT ? text.substring(0, KEPT) + "…" + text.substring(text.length() - KEPT) : text;
        StringBuilder clean = new StringBuilder(cut.length());
        cut.codePoints().forEach(c -> {
            boolean dangerous = Character.isISOControl(c)
                    || Character.getType(c) == Character.FORMAT
                    || Character.getType(c) == Character.SURROGATE;
            if (dangerous) {
                clean.append(String.format("\\u%04x", c));
            } else {
                clean.appendCodePoint(c);
            }
        });
        return clean.toString();
    }

    /** Returns {@code file:line:column: message}. */
    @Override
    public String toString() {
        return at + ": " + message;
    }
}
