package dev.stillgate.loadtests.report.format;

import java.util.Locale;

/** Numbers and texts of servers for people. Texts keep no markup, control or direction characters. */
final class Text {
    private static final int LONGEST = 200;

    private Text() {}

    /** Returns a number with three significant digits or more, or a whole number. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = value == Math.rint(value) || size >= 100
                ? "%,.0f"
                : size >= 10 ? "%,.1f" : size >= 0.1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }

    /** Returns a number as it is given, without needless decimals. */
    static String plain(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** Returns a number with its sign. */
    static String signed(double value) {
        return (value > 0 ? "+" : "") + number(value);
    }

    /** Returns a fraction in percent. */
    static String percent(double fraction) {
        double percent = 100 * fraction;
        return percent == 100 ? "100 %" : String.format(Locale.ROOT, "%.1f %%", Math.min(percent, 99.9));
    }

    /** Returns a text without invisible characters, shortened. */
    static String visible(String text) {
        StringBuilder clean = new StringBuilder();
        text.codePoints().limit(LONGEST).forEach(point -> {
            int type = Character.getType(point);
            boolean hidden = type == Character.CONTROL
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR
                    || type == Character.SURROGATE;
            clean.appendCodePoint(hidden ? 0xFFFD : point);
        });
        return clean.append(text.codePointCount(0, text.length()) > LONGEST ? "…" : "")
                .toString();
    }

    /** Returns a text for HTML and SVG, in elements and quoted attributes. */
    static String html(String text) {
        return visible(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** Returns a text as a code span of Markdown, which reads as it is in a terminal too. */
    static String markdown(String text) {
        return "`" + visible(text).replace('`', '\'') + "`";
    }
}
