package dev.stillgate.proxy.json;

/**
 * The strings of RFC 8259 documents: checks them where they stand, and decodes those that were checked. UTF-8 is held
 * to RFC 3629, and an escaped surrogate without its partner is refused: readers disagree on what it stands for.
 */
public final class JsonStrings {
    private static final int INVALID = -1;

    private JsonStrings() {}

    /**
     * Returns the index of the quote that ends the string, as its complement (negative) when an escape was met.
     *
     * @param at the index after the opening quote
     * @param end where the document ends
     * @param base where it starts, for the offset of an error
     */
    static int end(byte[] buf, int at, int end, int base) throws MalformedBody {
        int lastWord = end - 8;
        int escaped = 0;
        int p = at;
        while (true) {
            while (p <= lastWord) {
                long marks = Swar.endOfPlainText(Swar.word(buf, p));
                if (marks != 0) {
                    p += Swar.index(marks);
                    break;
                }
                p += 8;
            }
            if (p >= end) {
                throw new MalformedBody("json-syntax", "JSON string without an end", p - base);
            }
            byte c = buf[p];
            if (c == '"') {
                return p ^ escaped;
            } else if (c == '\\') {
                escaped = -1;
                p = escape(buf, p, end, base);
            } else if (c < 0) {
                p = multiByte(buf, p, end, base);
            } else if (c < ' ') {
                throw new MalformedBody("json-syntax", "control character in a JSON string", p - base);
            } else {
                p++;
            }
        }
    }

    /** Returns the index after the escape whose backslash is at {@code p}. */
    private static int escape(byte[] buf, int p, int end, int base) throws MalformedBody {
        byte c = p + 1 < end ? buf[p + 1] : 0;
        if (c == 'n' || c == '"' || c == '\\') {
            return p + 2;
        }
        if (c == 'u') {
            return unicodeEscape(buf, p, end, base);
        }
        if (c != '/' && c != 'b' && c != 'f' && c != 'r' && c != 't') {
            throw new MalformedBody("json-syntax", "unknown escape in a JSON string", p - base);
        }
        return p + 2;
    }

    private static int unicodeEscape(byte[] buf, int p, int end, int base) throws MalformedBody {
        int unit = hex4(buf, p + 2, end);
        if (unit == INVALID) {
            throw new MalformedBody("json-syntax", "unknown escape in a JSON string", p - base);
        }
        if (unit < Character.MIN_SURROGATE || unit > Character.MAX_SURROGATE) {
            return p + 6;
        }
        int low = p + 7 < end && buf[p + 6] == '\\' && buf[p + 7] == 'u' ? hex4(buf, p + 8, end) : INVALID;
        if (unit >= Character.MIN_LOW_SURROGATE
                || low < Character.MIN_LOW_SURROGATE
                || low > Character.MAX_LOW_SURROGATE) {
            throw new MalformedBody("json-invalid-utf8", "half a surrogate pair in a JSON string", p - base);
        }
        return p + 12;
    }

    public static int hex4(byte[] buf, int at, int end) {
        if (at > end - 4) {
            return INVALID;
        }
        int value = 0;
        for (int i = at; i < at + 4; i++) {
            int digit = hex(buf[i]);
            if (digit < 0) {
                return INVALID;
            }
            value = (value << 4) | digit;
        }
        return value;
    }

    /** Returns the value of a hexadecimal digit, or -1. */
    public static int hex(byte c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int letter = c | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : INVALID;
    }

    /** Returns the index of the next ASCII byte, after one or more characters of two to four bytes. */
    private static int multiByte(byte[] buf, int at, int end, int base) throws MalformedBody {
        int p = at;
        do {
            int length = sequence(buf, p, end);
            if (length == 0) {
                throw new MalformedBody("json-invalid-utf8", "invalid UTF-8 in a JSON string", p - base);
            }
            p += length;
        } while (p < end && buf[p] < 0);
        return p;
    }

    /** Returns the length of the UTF-8 sequence at {@code p}, 0 when it is none (RFC 3629, section 4). */
    public static int sequence(byte[] buf, int p, int end) {
        int lead = buf[p] & 0xff;
        if (lead < 0xc2 || lead > 0xf4) {
            return 0;
        }
        int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        if (p + length > end) {
            return 0;
        }
        int second = buf[p + 1] & 0xff;
        int least = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int most = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (second < least || second > most) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if (buf[p + i] >= (byte) 0xc0) {
                return 0;
            }
        }
        return length;
    }

    /** Returns whether a string that was checked has an escape. */
    static boolean hasEscape(byte[] buf, int start, int end) {
        for (int i = start; i < end; i++) {
            if (buf[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    /** Decodes a string that was checked; see {@link #decode(byte[], int, int, char[], int, boolean)}. */
    public static int decode(byte[] buf, int start, int end, char[] out, int to) {
        return decode(buf, start, end, out, to, true);
    }

    /**
     * Decodes text that was checked.
     *
     * @param out at least {@code end - start} characters from {@code to}: no text has more characters than bytes
     * @param escapes whether a backslash starts an escape; false keeps JSON as it is written
     * @return the index in {@code out} after the last character
     */
    static int decode(byte[] buf, int start, int end, char[] out, int to, boolean escapes) {
        int p = start;
        int o = to;
        while (p < end) {
            int plain = plain(buf, p, end, out, o, escapes);
            p += plain;
            o += plain;
            if (p == end) {
                break;
            }
            byte c = buf[p];
            if (c == '\\' && escapes) {
                if (buf[p + 1] == 'u') {
                    out[o++] = (char) hex4(buf, p + 2, end);
                    p += 6;
                } else {
                    out[o++] = unescape(buf[p + 1]);
                    p += 2;
                }
            } else if (c >= 0) {
                out[o++] = (char) c;
                p++;
            } else if (c < (byte) 0xf0) {
                int length = c < (byte) 0xe0 ? 2 : 3;
                out[o++] = (char) point(buf, p, length);
                p += length;
            } else {
                int point = point(buf, p, 4);
                out[o++] = Character.highSurrogate(point);
                out[o++] = Character.lowSurrogate(point);
                p += 4;
            }
        }
        return o;
    }

    /** Copies words of plain ASCII and returns how many characters they were. */
    private static int plain(byte[] buf, int from, int end, char[] out, int to, boolean escapes) {
        int p = from;
        int o = to;
        while (p <= end - 8) {
            long word = Swar.word(buf, p);
            if ((escapes ? Swar.endOfPlainText(word) : Swar.notAscii(word)) != 0) {
                break;
            }
            for (int i = 0; i < 8; i++) {
                out[o + i] = (char) ((word >>> (8 * i)) & 0xff);
            }
            p += 8;
            o += 8;
        }
        return p - from;
    }

    private static int point(byte[] buf, int p, int length) {
        int point = buf[p] & (0x7f >> length);
        for (int i = 1; i < length; i++) {
            point = (point << 6) | (buf[p + i] & 0x3f);
        }
        return point;
    }

    /** Returns what the letter after a backslash stands for, other than u. */
    public static char unescape(byte letter) {
        return switch (letter) {
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            default -> (char) letter;
        };
    }
}
