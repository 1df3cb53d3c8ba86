package dev.stillgate.proxy.json;

import java.io.ByteArrayOutputStream;
import java.util.LinkedHashMap;
import java.util.Map;

/** Texts of JSON in the making, by name: pieces are put one behind the other as they are written, escapes and all. */
public final class RawTexts {
    private final Map<String, ByteArrayOutputStream> byName = new LinkedHashMap<>();

    /** Adds a piece when it is a text. */
    public void add(String name, JsonTape tape, int piece) {
        if (tape.isText(piece)) {
            byName.computeIfAbsent(name, absent -> new ByteArrayOutputStream())
                    .write(tape.bytes(), tape.start(piece), tape.stop(piece) - tape.start(piece));
        }
    }

    /** Puts all texts into an object, but for one. */
    public void putInto(RawObject object, String but) {
        byName.forEach((name, text) -> {
            if (!name.equals(but)) {
                ByteArrayOutputStream quoted = new ByteArrayOutputStream(text.size() + 2);
                quoted.write('"');
                quoted.writeBytes(text.toByteArray());
                quoted.write('"');
                object.put(name, quoted.toByteArray());
            }
        });
    }

    /** Returns what a text says when its escapes are read, empty when there is none. */
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
