package dev.stillgate.proxy.json;

/** Non-recursive RFC 8259 parser that writes the nodes of a document to a {@link JsonTape}. Not thread-safe. */
final class JsonParser {
    private final JsonTape tape;
    private final JsonKeys keys = new JsonKeys(JsonTape.MAX_DEPTH);
    private final int[] open = new int[JsonTape.MAX_DEPTH + 1];
    private final boolean[] isObject = new boolean[JsonTape.MAX_DEPTH + 1];
    private int depth;
    private byte[] buf = new byte[0];
    private int base;
    private int end;

    JsonParser(JsonTape tape) {
        this.tape = tape;
    }

    void parse(byte[] document, int offset, int length) throws MalformedBody {
        buf = document;
        base = offset;
        end = offset + length;
        depth = 0;
        keys.reset(document, end);
        int p = value(space(offset));
        while (depth > 0) {
            p = isObject[depth] ? member(p) : element(p);
        }
        p = space(p);
        if (p != end) {
            throw new MalformedBody("json-trailing-bytes", "bytes after the JSON document", p - base);
        }
    }

    private int member(int at) throws MalformedBody {
        int container = open[depth];
        int p = space(at);
        byte c = at(p);
        if (c == '}') {
            keys.closeObject();
            return close(container, p);
        }
        if (tape.size(container) > 0) {
            if (c != ',') {
                throw syntax("expected a comma or }", p);
            }
            p = space(p + 1);
            c = at(p);
        }
        if (c != '"') {
            throw syntax("expected a key", p);
        }
        int start = p + 1;
        int quote = string(start);
        if (!keys.add(start, quote, tape.escaped(tape.last()))) {
            throw new MalformedBody("json-duplicate-key", "duplicate key in a JSON object", p - base);
        }
        tape.addChild(container);
        p = space(quote + 1);
        if (at(p) != ':') {
            throw syntax("expected a colon", p);
        }
        return value(space(p + 1));
    }

    private int element(int at) throws MalformedBody {
        int container = open[depth];
        int p = space(at);
        byte c = at(p);
        if (c == ']') {
            return close(container, p);
        }
        if (tape.size(container) > 0) {
            if (c != ',') {
                throw syntax("expected a comma or ]", p);
            }
            p = space(p + 1);
        }
        tape.addChild(container);
        return value(p);
    }

    private int value(int p) throws MalformedBody {
        return switch (at(p)) {
            case '"' -> string(p + 1) + 1;
            case '{' -> openObject(p);
            case '[' -> open(JsonTape.ARRAY, p);
            case 't' -> literal(p, "true", JsonTape.TRUE);
            case 'f' -> literal(p, "false", JsonTape.FALSE);
            case 'n' -> literal(p, "null", JsonTape.NULL);
            default -> number(p);
        };
    }

    private int literal(int p, String word, int kind) throws MalformedBody {
        int after = p + word.length();
        for (int i = 0; i < word.length(); i++) {
            if (p + i >= end || buf[p + i] != word.charAt(i)) {
                throw syntax("expected a value", p);
            }
        }
        tape.add(kind, p, after);
        return after;
    }

    private int number(int start) throws MalformedBody {
        int p = start;
        if (at(p) == '-') {
            p++;
        }
        int digits = p;
        p = digits(p);
        if (p == digits || (p > digits + 1 && buf[digits] == '0')) {
            throw syntax("expected a value", start);
        }
        if (p < end && buf[p] == '.') {
            int fraction = ++p;
            p = digits(p);
            if (p == fraction) {
                throw syntax("expected a digit", p);
            }
        }
        if (p < end && (buf[p] | 0x20) == 'e') {
            p++;
            if (p < end && (buf[p] == '+' || buf[p] == '-')) {
                p++;
            }
            int exponent = p;
            p = digits(p);
            if (p == exponent) {
                throw syntax("expected a digit", p);
            }
        }
        tape.add(JsonTape.NUMBER, start, p);
        return p;
    }

    private int digits(int at) {
        int p = at;
        while (p < end && buf[p] >= '0' && buf[p] <= '9') {
            p++;
        }
        return p;
    }

    private int space(int at) {
        int p = at;
        while (p < end && buf[p] <= ' ' && (buf[p] == ' ' || buf[p] == '\n' || buf[p] == '\r' || buf[p] == '\t')) {
            p++;
        }
        return p;
    }

    private byte at(int p) throws MalformedBody {
        if (p >= end) {
            throw syntax("unexpected end of JSON", p);
        }
        return buf[p];
    }

    private MalformedBody syntax(String message, int p) {
        return new MalformedBody("json-syntax", message, p - base);
    }

    /** Reads a string from the byte after its opening quote; returns the index of its closing quote. */
    private int string(int start) throws MalformedBody {
        int quote = JsonStrings.end(buf, start, end, base);
        if (quote < 0) {
            tape.add(JsonTape.STRING | JsonTape.ESCAPED, start, ~quote);
            return ~quote;
        }
        tape.add(JsonTape.STRING, start, quote);
        return quote;
    }

    private int openObject(int p) throws MalformedBody {
        int after = open(JsonTape.OBJECT, p);
        keys.openObject();
        return after;
    }

    private int open(int kind, int p) throws MalformedBody {
        if (depth == JsonTape.MAX_DEPTH) {
            throw new MalformedBody("json-depth", "JSON nested over " + JsonTape.MAX_DEPTH + " levels", p - base);
        }
        depth++;
        isObject[depth] = kind == JsonTape.OBJECT;
        open[depth] = tape.add(kind, p, p);
        return p + 1;
    }

    private int close(int container, int p) {
        tape.close(container, p + 1);
        depth--;
        return p + 1;
    }
}
