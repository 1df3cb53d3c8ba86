package dev.stillgate.proxy.config;

/**
 * An error or a warning about a configuration file. The message is truncated and its control characters are escaped,
 * because it may quote the file and is shown in terminals and logs.
 *
 * @param at the position in the file
 * @param message what is wrong and what is expected
 */
public record Problem(Position at, String message) {
    private static final int KEPT_CHARS = 300;

    public Problem {
        message = printable(message);
    }

    /** Shortens a text in the middle and escapes all control, format and surrogate characters. */
    static String printable(String text) {
        String cut = text.length() > 2 * KEPT_CHARS
                ? text.substring(0, KEPT_CHARS) + "…" + text.substring(text.length() - KEPT_CHARS)
                : text;
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
