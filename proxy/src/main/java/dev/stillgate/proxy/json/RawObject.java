package dev.stillgate.proxy.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Builder of a JSON object whose values are raw JSON. Members keep the order in which their names were first put. */
public final class RawObject {
    private final Map<String, ByteArrayOutputStream> members = new LinkedHashMap<>();

    /** Puts all members of an object, replacing those of equal name. Does nothing if the node is not an object. */
    public void putAll(JsonTape tape, int object) {
        if (object == JsonTape.NONE || tape.kind(object) != JsonTape.OBJECT) {
            return;
        }
        for (int key = tape.first(object); key != tape.end(object); key = tape.next(tape.value(key))) {
            put(tape.string(key), tape, tape.value(key));
        }
    }

    /** Puts a copy of a value's original JSON. */
    public void put(String name, JsonTape tape, int value) {
        int quote = tape.kind(value) == JsonTape.STRING ? 1 : 0;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(tape.bytes(), tape.start(value) - quote, tape.stop(value) - tape.start(value) + 2 * quote);
        members.put(name, bytes);
    }

    /** Puts a value given as JSON. */
    public void put(String name, byte[] json) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(json);
        members.put(name, bytes);
    }

    public boolean has(String name) {
        return members.containsKey(name);
    }

    /** Returns the object as JSON. */
    public byte[] json() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String before = "{";
        for (Map.Entry<String, ByteArrayOutputStream> member : members.entrySet()) {
            out.writeBytes(before.getBytes(StandardCharsets.US_ASCII));
            JsonCopy.text(member.getKey(), out);
            out.write(':');
            out.writeBytes(member.getValue().toByteArray());
            before = ",";
        }
        out.writeBytes((members.isEmpty() ? "{}" : "}").getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }
}
