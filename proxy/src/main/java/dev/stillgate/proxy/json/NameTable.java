package dev.stillgate.proxy.json;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Map from names to values that is searched by the bytes of a key or string. Names are grouped by length. */
public final class NameTable<T> {
    private static final int MAX_NAME = 32;

    private final List<List<Entry<T>>> byLength = new ArrayList<>();

    private record Entry<T>(JsonName name, T value) {}

    public NameTable() {
        for (int i = 0; i < MAX_NAME; i++) {
            byLength.add(List.of());
        }
    }

    public NameTable<T> put(T value, String... names) {
        for (String name : names) {
            List<Entry<T>> longer = new ArrayList<>(byLength.get(name.length()));
            longer.add(new Entry<>(new JsonName(name), value));
            byLength.set(name.length(), List.copyOf(longer));
        }
        return this;
    }

    /** Returns the value for the text of a key or string, or null. */
    @Nullable
    public T find(JsonTape tape, int string) {
        if (tape.escaped(string)) {
            return decoded(tape.string(string));
        }
        int length = tape.stop(string) - tape.start(string);
        if (length >= MAX_NAME) {
            return null;
        }
        List<Entry<T>> entries = byLength.get(length);
        for (int i = 0; i < entries.size(); i++) {
            if (tape.is(string, entries.get(i).name)) {
                return entries.get(i).value;
            }
        }
        return null;
    }

    private @Nullable T decoded(String text) {
        if (text.length() < MAX_NAME) {
            for (Entry<T> entry : byLength.get(text.length())) {
                if (entry.name.text.equals(text)) {
                    return entry.value;
                }
            }
        }
        return null;
    }
}
