package dev.stillgate.fingerprint.account;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps names to indexes from 1; 0 is none. Names beyond the capacity are not kept. Not thread-safe. */
public final class NameIndex {
    private final Map<String, Integer> indexByName = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final int capacity;

    /** @param capacity largest number of names */
    public NameIndex(int capacity) {
        this.capacity = capacity;
    }

    /** Returns a name's index and adds the name when it is unknown; 0 for null and when there is no space. */
    public int getOrAdd(@Nullable String name) {
        if (name == null) {
            return 0;
        }
        Integer known = indexByName.get(name);
        if (known == null) {
            if (names.size() == capacity) {
                return 0;
            }
            names.add(name);
            known = names.size();
            indexByName.put(name, known);
        }
        return known;
    }

    /** Returns the name with an index, or null for 0. */
    @Nullable
    public String name(int index) {
        return index == 0 ? null : names.get(index - 1);
    }

    /** Returns the names by index, from 1. */
    public List<String> names() {
        return names;
    }
}
