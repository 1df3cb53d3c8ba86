package dev.stillgate.proxy.account;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Fast parser of the simple form of {@code accounts.yaml}: {@code accounts:} followed by one entry per line, {@code -
 * {id: a-17, keys: ["h1:…"], tier: standard}}, without escapes and nulls. A full YAML parser is too slow for a million
 * of these lines.
 *
 * <p>It accepts only unambiguous input and gives up at anything else and at any error. {@link AccountsFile} then uses
 * the full parser, which alone defines the file's meaning and its errors.
 */
final class AccountLines {
    private static final int MAX_LINE = 1 << 16;

    private final AccountEntries entries;
    private final Consumer<String> key;
    private final byte[] buffer = new byte[4 * MAX_LINE];
    private int at;
    private int end;
    private int seen;
    private int indent = -1;

    private AccountLines(AccountEntries entries) {
        this.entries = entries;
        this.key = entries::key;
    }

    /**
     * Reads all entries; false if the file has another form or an error, and {@code entries} must then be discarded.
     */
    static boolean read(InputStream in, AccountEntries entries) throws IOException {
        try {
            AccountLines lines = new AccountLines(entries);
            return lines.lines(in) && lines.indent >= 0;
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    private boolean lines(InputStream in) throws IOException {
        boolean head = false;
        int start = 0;
        int limit = 0;
        boolean more = true;
        while (more || start < limit) {
            int newline = newline(start, limit);
            if (newline < 0 && more) {
                if (limit - start > MAX_LINE) {
                    return false;
                }
                System.arraycopy(buffer, start, buffer, 0, limit - start);
                limit -= start;
                start = 0;
                int read = in.read(buffer, limit, buffer.length - limit);
                more = read >= 0;
                limit += Math.max(read, 0);
                continue;
            }
            at = start;
            end = newline < 0 ? limit : newline;
            start = Math.min(end + 1, limit);
            if (!isPrintable()) {
                return false;
            }
            if (!isBlank()) {
                if (!(head ? entry() : head())) {
                    return false;
                }
                head = true;
            }
        }
        return true;
    }

    private int newline(int from, int limit) {
        for (int i = from; i < limit; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private boolean isPrintable() {
        if (end > at && buffer[end - 1] == '\r') {
            end--;
        }
        boolean ascii = true;
        for (int i = at; i < end; i++) {
            if ((buffer[i] >= 0 && buffer[i] < ' ') || buffer[i] == 0x7F) {
                return false;
            }
            ascii &= buffer[i] >= 0;
        }
        return ascii || text(at, end).chars().allMatch(AccountLines::isLetterLike);
    }

    /**
     * Returns whether a character is an ordinary one for every YAML parser; false for U+FFFD, which replaces bad UTF-8.
     */
    private static boolean isLetterLike(int c) {
        return c < 0x7F || (c >= 0xA0 && c < 0x2000) || (c >= 0x2030 && c < 0xD800);
    }

    /** Returns whether the line is empty or a comment. */
    private boolean isBlank() {
        int i = at;
        while (i < end && buffer[i] == ' ') {
            i++;
        }
        return i == end || buffer[i] == '#';
    }

    private boolean head() {
        return take("accounts:") && atEnd();
    }

    private boolean entry() {
        int start = at;
        spaces();
        if (indent >= 0 && at - start != indent) {
            return false;
        }
        indent = at - start;
        if (!take("-") || spaces() == 0 || !take("{")) {
            return false;
        }
        entries.begin();
        seen = 0;
        do {
            spaces();
            if (!field()) {
                return false;
            }
            spaces();
        } while (take(","));
        if (!take("}") || !atEnd() || (seen & 3) != 3) {
            return false;
        }
        entries.end();
        return true;
    }

    /** Reads a key and its value, and sets the key's bit in {@code seen}; bits 1 and 2 are the required keys. */
    private boolean field() {
        if (once("id:", 1)) {
            entries.id(scalar());
        } else if (once("keys:", 2)) {
            return texts(key, true);
        } else if (once("organisation:", 4)) {
            entries.organisation(scalar());
        } else if (once("tier:", 8)) {
            entries.tier(scalar());
        } else if (once("verified:", 16)) {
            entries.verified(scalar());
        } else if (once("decoy:", 256)) {
            entries.decoy(scalar());
        } else if (once("created:", 32)) {
            entries.created(scalar());
        } else if (once("region:", 128)) {
            entries.region(scalar());
        } else if (once("facts:", 64)) {
            return facts();
        } else if (once("models:", 512)) {
            return texts(entries::model, false);
        } else if (once("networks:", 1024)) {
            return texts(entries::network, false);
        } else if (once("until:", 2048)) {
            entries.until(scalar());
        } else if (once("disabled:", 4096)) {
            entries.disabled(scalar());
        } else {
            return false;
        }
        return true;
    }

    private boolean once(String key, int bit) {
        if ((seen & bit) != 0 || !take(key)) {
            return false;
        }
        seen |= bit;
        return spaces() > 0;
    }

    private boolean texts(Consumer<String> each, boolean mayBeEmpty) {
        if (!take("[")) {
            return false;
        }
        spaces();
        if (take("]")) {
            return mayBeEmpty;
        }
        do {
            spaces();
            each.accept(scalar());
            spaces();
        } while (take(","));
        return take("]");
    }

    private boolean facts() {
        if (!take("{")) {
            return false;
        }
        spaces();
        if (take("}")) {
            return true;
        }
        do {
            spaces();
            int start = at;
            while (at < end && buffer[at] != ':') {
                at++;
            }
            String name = text(start, at);
            if (!take(":") || spaces() == 0) {
                return false;
            }
            entries.fact(name, scalar());
            spaces();
        } while (take(","));
        return take("}");
    }

    /** Reads a text; returns an empty text, which every field rejects, if the text is not simple enough. */
    private String scalar() {
        int start = at;
        if (at < end && (buffer[at] == '"' || buffer[at] == '\'')) {
            byte quote = buffer[at++];
            while (at < end && buffer[at] != quote && buffer[at] != '\\') {
                at++;
            }
            boolean doubled = at + 1 < end && buffer[at + 1] == quote;
            return at < end && buffer[at] == quote && !doubled ? text(start + 1, at++) : "";
        }
        while (at < end && (isPlain(buffer[at], at == start) || isInnerColon(start))) {
            at++;
        }
        String text = text(start, at);
        return text.equals("null") || text.equals("Null") || text.equals("NULL") ? "" : text;
    }

    private static boolean isPlain(byte c, boolean first) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '_'
                || (!first && (c == '-' || c == '.' || c == '@' || c == '+' || c == '/' || c == '*'));
    }

    /** Returns whether the next character is a colon within a plain text, as in a time. */
    private boolean isInnerColon(int start) {
        return at > start && buffer[at] == ':' && at + 1 < end && isPlain(buffer[at + 1], true);
    }

    private String text(int from, int to) {
        return new String(buffer, from, to - from, StandardCharsets.UTF_8);
    }

    private boolean take(String expected) {
        int length = expected.length();
        if (end - at < length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (buffer[at + i] != expected.charAt(i)) {
                return false;
            }
        }
        at += length;
        return true;
    }

    private int spaces() {
        int start = at;
        while (at < end && buffer[at] == ' ') {
            at++;
        }
        return at - start;
    }

    /** Returns whether only spaces and a comment remain on the line. */
    private boolean atEnd() {
        int spaces = spaces();
        return at == end || (spaces > 0 && buffer[at] == '#');
    }
}
