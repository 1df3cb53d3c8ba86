package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.json.JsonPaths;
import dev.stillgate.proxy.json.JsonReader;
import dev.stillgate.proxy.json.JsonSink;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reader of the fields of an event that say what it is. Not thread-safe. */
final class EventKind extends JsonSink<EventKind.Field> {
    private static final JsonPaths<Field> PATHS = JsonPaths.of(
            JsonPaths.shortString("type", Field.TYPE),
            JsonPaths.shortString("stream_id", Field.STREAM_ID),
            JsonPaths.number("status", Field.STATUS),
            JsonPaths.presence("stream", Field.STREAM));

    private final JsonReader<Field> json = new JsonReader<>(this);
    private @Nullable String type;
    private @Nullable String streamId;
    private boolean stream;
    private int types;
    private int status;

    /** The fields that are read. */
    enum Field {
        TYPE,
        STREAM_ID,
        STATUS,
        STREAM
    }

    EventKind() {
        reset();
    }

    /** Begins an event. */
    void reset() {
        json.reset(PATHS, false);
        type = null;
        streamId = null;
        stream = false;
        types = 0;
        status = 0;
    }

    void read(byte[] buf, int from, int to) {
        json.read(buf, from, to);
    }

    @Override
    public void shortString(Field field, byte[] buf, int from, int to) {
        String text = new String(buf, from, to - from, StandardCharsets.UTF_8);
        if (field == Field.TYPE) {
            type = text;
            types++;
        } else {
            streamId = text;
        }
    }

    @Override
    public void number(Field field, long value, int from, int to) {
        status = (int) Math.min(value, Integer.MAX_VALUE);
    }

    @Override
    public void presence(Field field, byte first, boolean empty) {
        stream = true;
    }

    /** Returns the type, or null as long as it has not been read. */
    @Nullable
    String type() {
        return type;
    }

    /** Returns whether the event has this type and no other. */
    boolean is(String name) {
        return types == 1 && name.equals(type);
    }

    @Nullable
    String streamId() {
        return streamId;
    }

    /** Returns the status of an error; 0 for none. */
    int status() {
        return status;
    }

    boolean hasStream() {
        return stream;
    }
}
