package dev.stillgate.tokenbucket.bucket;

import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Numbers for names that come from outside, a bounded number of them, so that nobody makes buckets by inventing names.
 * A name has the number {@value #OTHER}, shared by all that are not known, until it is learnt.
 */
public final class NameIndex {
    /** A name of more characters is never learnt: no model's is, and what is kept of a bucket holds it. */
    static final int LONGEST = 1024;

    /** The number of all names that are not known. */
    public static final int OTHER = 0;

    private final ConcurrentHashMap<String, Integer> numbers = new ConcurrentHashMap<>();
    private final @Nullable String[] byNumber;

    /** Nothing but the number of all others, and room for so many names beside it. */
    NameIndex(int most) {
        this.byNumber = new String[most + 1];
    }

    /** Returns the number of a name; of one that is not known, or of null, {@value #OTHER}. */
    public int number(@Nullable String name) {
        return name == null ? OTHER : numbers.getOrDefault(name, OTHER);
    }

    /** Gives a name a number of its own, if there is room, and returns its number. */
    public int learn(String name) {
        Integer known = numbers.get(name);
        if (known != null) {
            return known;
        }
        if (name.length() > LONGEST) {
            return OTHER;
        }
        synchronized (this) {
            Integer learnt = numbers.get(name);
            if (learnt != null) {
                return learnt;
            }
            int next = numbers.size() + 1;
            if (next >= byNumber.length) {
                return OTHER;
            }
            byNumber[next] = name;
            numbers.put(name, next);
            return next;
        }
    }

    /** Returns the name of a number, null for {@value #OTHER}. */
    synchronized @Nullable public String name(int number) {
        return number == OTHER ? null : byNumber[number];
    }
}
