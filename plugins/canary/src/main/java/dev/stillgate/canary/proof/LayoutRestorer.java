package dev.stillgate.canary.proof;

import java.util.regex.Pattern;

/**
 * Restores a layout in text that lost its line breaks or Markdown: a list with one item per sentence. The editor tells
 * prose by its lines; without them a response may look like a heading, a label, verse or code. Independent of the key,
 * so the test stays exact.
 */
final class LayoutRestorer {
    private static final String ITEM = "\n\n- ";
    private static final Pattern MARKED = Pattern.compile("\\*\\*|(?m:^\\s*(?:[-*+>|]|#{1,6} |[0-9]+[.)] |```|~~~))");

    private LayoutRestorer() {}

    /** Returns whether a text has one line or no Markdown, so that its layout may have been lost. */
    static boolean mayBeLost(String text) {
        return text.strip().indexOf('\n') < 0 || !MARKED.matcher(text).find();
    }

    /**
     * Returns the sentences of a text as items of a list, without remnants of headings, bullets, emphasis and fences.
     */
    static String flat(String text) {
        StringBuilder flat = new StringBuilder(text.length() + text.length() / 16 + ITEM.length()).append("- ");
        boolean begins = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r') {
                begins = begin(flat, begins);
            } else if (Character.isWhitespace(c)) {
                char before = flat.charAt(flat.length() - 1);
                if (!begins && (isEnd(before) || isBullet(text, i))) {
                    begins = begin(flat, false);
                } else if (before != ' ') {
                    flat.append(' ');
                }
            } else if (!isSign(c) && !(begins && (c == '-' || c == '•'))) {
                flat.append(c);
                begins = false;
            }
        }
        return flat.toString();
    }

    private static boolean begin(StringBuilder flat, boolean begun) {
        if (!begun) {
            flat.append(ITEM);
        }
        return true;
    }

    private static boolean isSign(char c) {
        return c == '#' || c == '*' || c == '`' || c == '|' || c == '>';
    }

    private static boolean isEnd(char c) {
        return c == '.' || c == '!' || c == '?' || c == ':';
    }

    /** Returns whether a separate dash follows a space, as a bullet does whose line break was lost. */
    private static boolean isBullet(String text, int space) {
        return space + 2 < text.length()
                && (text.charAt(space + 1) == '-' || text.charAt(space + 1) == '•')
                && text.charAt(space + 2) == ' ';
    }
}
