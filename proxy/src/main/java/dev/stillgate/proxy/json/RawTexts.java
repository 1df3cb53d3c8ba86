package dev.stillgate.proxy.json;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Builder of several JSON strings by name. Pieces are appended with their original escapes. */
public final class RawTexts {
    private final Map<String, ByteArrayOutputStream> byName = new LinkedHashMap<>();

    /** Appends a piece to a text. Does nothing if the node is not a string. */
    public void add(String name, JsonTape tape, int piece) {
        if (tape.isText(piece)) {
            byName.computeIfAbsent(name, absent -> new ByteArrayOutputStream())
                    .write(tape.bytes(), tape.start(piece), tape.stop(piece) - tape.start(piece));
        }
    }

    /** Puts all texts except one into an object. */
    public void putInto(RawObject object, String excluded) {
        byName.forEach((name, text) -> {
            if (!name.equals(excluded)) {
                ByteArrayOutputStream quoted = new ByteArrayOutputStream(text.size() + 2);
                quoted.write('"');
                quoted.writeBytes(text.toByteArray());
                quoted.write('"');
                object.put(name, quoted.toByteArray());
            }
        });
    }

    /** Returns a decoded text; empty if there is none of that name. */
    public String read(String name) throws MalformedBody {
        ByteArrayOutputStream text = byName.get(name);
        if (text == null) {
            return "";
        }
        byte[] quoted = new byte[text.size() + 2];
        System.arraycopy(text.toByteArray(), 0, quoted, 1, text.size());
        quoted[0] = '"';
        quoted[quoted.length - 1] = '"';
        return JsonMembers.text(quoted, 0, quoted.length);
    }
}
