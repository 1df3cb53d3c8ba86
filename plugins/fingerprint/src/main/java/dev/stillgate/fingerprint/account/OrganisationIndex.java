package dev.stillgate.fingerprint.account;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Numbers the organisations that accounts are declared to belong to, from 1; 0 is none. One thread only. */
final class OrganisationIndex {
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> names = new ArrayList<>();

    /** Returns an organisation's number, a new one when it has none. */
    int number(@Nullable String name) {
        if (name == null) {
            return 0;
        }
        Integer known = numbers.get(name);
        if (known == null) {
            names.add(name);
            known = names.size();
            numbers.put(name, known);
        }
        return known;
    }

    /** Returns the organisation of a number, null for 0. */
    @Nullable
    String name(int number) {
        return number == 0 ? null : names.get(number - 1);
    }

    List<String> names() {
        return names;
    }
}
