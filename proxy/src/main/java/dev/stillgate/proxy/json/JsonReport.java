package dev.stillgate.proxy.json;

import org.jspecify.annotations.Nullable;

/** Reports the current value of a {@link JsonReader} to its sink, in the form that the key demands. Not thread-safe. */
final class JsonReport<F> {
    private final JsonSink<F> sink;
    private final JsonShortString string;

    /** The known key of the current value; null in an array and for an unknown key. */
    private JsonPaths.@Nullable Key<F> key;

    /** Whether the current string is empty so far. */
    private boolean empty;

    JsonReport(JsonSink<F> sink, JsonShortString string) {
        this.sink = sink;
        this.string = string;
    }

    /** Begins the value of a key, null if the key is not known. */
    void begin(JsonPaths.@Nullable Key<F> newKey) {
        key = newKey;
    }

    JsonPaths.@Nullable Key<F> key() {
        return key;
    }

    /** Returns whether a number is to be reported. */
    boolean isNumber() {
        return key != null && key.kind == JsonPaths.Kind.NUMBER;
    }

    /** Reports a number that {@link #isNumber} asked for. */
    void number(long value, int from, int to) {
        if (key != null) {
            sink.number(key.field(), value, from, to);
        }
    }

    /** Enters a followed container; {@code meaning} is null if it is not reported. */
    void enter(@Nullable F meaning, int at) {
        key = null;
        if (meaning != null) {
            sink.enter(meaning, at);
        }
    }

    /** Leaves a followed container; {@code meaning} is null if it is not reported. */
    void leave(@Nullable F meaning, int end) {
        key = null;
        if (meaning != null) {
            sink.leave(meaning, end);
        }
    }

    /** Begins a skipped container, whose content starts at an index. */
    void beginContainer(byte first, int at) {
        if (key != null && key.kind == JsonPaths.Kind.JSON) {
            sink.beginText(key.field(), first, at);
        }
    }

    /** Reports a piece of a skipped container. */
    void skipped(byte[] buf, int from, int to) {
        if (key != null && key.kind == JsonPaths.Kind.JSON && from < to) {
            sink.text(key.field(), buf, from, to);
        }
    }

    /** Reports the end of a string in a skipped container. */
    void skippedString(int at) {
        if (key != null && key.kind == JsonPaths.Kind.JSON) {
            sink.endText(key.field(), at);
        }
    }

    /** Reports the end of a literal or skipped container of which only the presence matters. */
    void presence(byte first, boolean isEmpty) {
        if (key != null && key.kind == JsonPaths.Kind.PRESENCE) {
            sink.presence(key.field(), first, isEmpty);
        }
    }

    /** Begins a string value, whose content starts at an index. */
    void beginString(int at) {
        if (key != null) {
            string.begin();
            empty = true;
            if (key.kind == JsonPaths.Kind.TEXT || key.kind == JsonPaths.Kind.JSON) {
                sink.beginText(key.field(), (byte) '"', at);
            }
        }
    }

    /** Reports a piece of a string value; {@code closed} tells whether it is the last one. */
    void string(byte[] buf, int from, int to, boolean closed) {
        JsonPaths.Key<F> known = key;
        if (known == null) {
            return;
        }
        switch (known.kind) {
            case TEXT, JSON -> text(known.field(), buf, from, to, closed);
            case SHORT_STRING -> shortString(known.field(), buf, from, to, closed);
            case PRESENCE -> {
                empty &= from == to;
                if (closed) {
                    presence((byte) '"', empty);
                }
            }
            default -> {}
        }
    }

    private void text(F field, byte[] buf, int from, int to, boolean closed) {
        if (from < to) {
            sink.text(field, buf, from, to);
        }
        if (closed) {
            sink.endText(field, to);
        }
    }

    private void shortString(F field, byte[] buf, int from, int to, boolean closed) {
        if (!closed) {
            string.hold(buf, from, to);
        } else if (sink.needs(field)) {
            string.end(buf, from, to);
            sink.shortString(field, string.bytes(), string.from(), string.to());
        }
    }
}
