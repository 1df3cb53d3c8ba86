package dev.stillgate.fingerprint.account;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps declared organisations to indexes from 1; 0 is none. Not thread-safe. */
final class OrganisationIndex {
    private final Map<String, Integer> indexByName = new HashMap<>();
    private final List<String> names = new ArrayList<>();

    /** Returns an organisation's index and adds it when it is unknown; 0 for null. */
    int getOrAdd(@Nullable String name) {
        if (name == null) {
            return 0;
        }
        Integer known = indexByName.get(name);
        if (known == null) {
            names.add(name);
            known = names.size();
            indexByName.put(name, known);
        }
        return known;
    }

    /** Returns the name of an organisation, or null for 0. */
    @Nullable
    String name(int index) {
        return index == 0 ? null : names.get(index - 1);
    }

    List<String> names() {
        return names;
    }
}
