package dev.stillgate.proxy.json;

/**
 * In-place validation and decoding of JSON strings (RFC 8259). UTF-8 must be valid by RFC 3629. An escaped surrogate
 * must be half of a pair, because parsers disagree about unpaired ones.
 */
public final class JsonStrings {
    private static final int INVALID = -1;

    private JsonStrings() {}

    /**
     * Validates a string and returns the index of its closing quote; the bitwise complement of that index (negative) if
     * the string has an escape.
     *
     * @param at index after the opening quote
     * @param end index after the document
     * @param base index of the document's first byte, from which error offsets are counted
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
                throw new MalformedBody("json-syntax", "unterminated JSON string", p - base);
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
            throw new MalformedBody("json-syntax", "invalid escape in a JSON string", p - base);
        }
        return p + 2;
    }

    private static int unicodeEscape(byte[] buf, int p, int end, int base) throws MalformedBody {
        int unit = hex4(buf, p + 2, end);
        if (unit == INVALID) {
            throw new MalformedBody("json-syntax", "invalid escape in a JSON string", p - base);
        }
        if (unit < Character.MIN_SURROGATE || unit > Character.MAX_SURROGATE) {
            return p + 6;
        }
        int low = p + 7 < end && buf[p + 6] == '\\' && buf[p + 7] == 'u' ? hex4(buf, p + 8, end) : INVALID;
        if (unit >= Character.MIN_LOW_SURROGATE
                || low < Character.MIN_LOW_SURROGATE
                || low > Character.MAX_LOW_SURROGATE) {
            throw new MalformedBody("json-invalid-utf8", "unpaired surrogate in a JSON string", p - base);
        }
        return p + 12;
    }

    /**
     * Returns the value of four hexadecimal digits, or -1 if there are fewer before {@code end} or other characters.
     */
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

    /** Validates a run of non-ASCII characters; returns the index of the next ASCII byte, or {@code end}. */
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

    /**
     * Returns the length of the UTF-8 sequence of a non-ASCII character at {@code p}; 0 if invalid (RFC 3629, section
     * 4).
     */
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
        int minSecond = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
        int maxSecond = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
        if (second < minSecond || second > maxSecond) {
            return 0;
        }
        for (int i = 2; i < length; i++) {
            if (buf[p + i] >= (byte) 0xc0) {
                return 0;
            }
        }
        return length;
    }

    /** Returns whether a validated string has an escape. */
    static boolean hasEscape(byte[] buf, int start, int end) {
        for (int i = start; i < end; i++) {
            if (buf[i] == '\\') {
                return true;
            }
        }
        return false;
    }

    /** Decodes a validated string; see {@link #decode(byte[], int, int, char[], int, boolean)}. */
    public static int decode(byte[] buf, int start, int end, char[] out, int to) {
        return decode(buf, start, end, out, to, true);
    }

    /**
     * Decodes validated UTF-8.
     *
     * @param out has space for {@code end - start} characters from {@code to}; a text never has more characters than
     *     bytes
     * @param escapes whether to decode JSON escapes; false keeps a backslash as it is
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

    /** Copies ASCII characters eight at a time and returns how many were copied. */
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

    /** Returns the character of a two-character escape by its second one, which is not {@code u}. */
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
