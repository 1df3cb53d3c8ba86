package dev.stillgate.tokenbucket.bucket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Bounded mapping of names sent by clients to numbers, so that invented names create no buckets. A name maps to
 * {@value #OTHER}, which all unknown names share, until it is learned. Thread-safe.
 */
public final class ClientNames {
    /** The maximum length of a learned name; longer ones are not model names and would bloat snapshots. */
    static final int MAX_LENGTH = 1024;

    /** The number of all unknown names. */
    public static final int OTHER = 0;

    private final ConcurrentHashMap<String, Integer> numbers = new ConcurrentHashMap<>();

    @GuardedBy("this")
    private final @Nullable String[] byNumber;

    /** Creates an empty index. */
    ClientNames(int capacity) {
        this.byNumber = new String[capacity + 1];
    }

    /** Returns the number of a name; {@value #OTHER} for an unknown name or null. */
    public int number(@Nullable String name) {
        return name == null ? OTHER : numbers.getOrDefault(name, OTHER);
    }

    /** Returns the name of the partition that a bucket counts, by the key of the bucket. */
    static String partition(ClientNames models, ClientNames routes, int key) {
        String model = models.name(BucketSet.model(key));
        String route = routes.name(BucketSet.route(key));
        return (model == null ? "" : model) + ':' + (route == null ? "" : route);
    }

    /** Assigns a number to a name and returns it; {@value #OTHER} if the index is full or the name too long. */
    public int learn(String name) {
        Integer known = numbers.get(name);
        if (known != null) {
            return known;
        }
        if (name.length() > MAX_LENGTH) {
            return OTHER;
        }
        synchronized (this) {
            Integer learned = numbers.get(name);
            if (learned != null) {
                return learned;
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

    /** Returns the name of a number; null for {@value #OTHER}. */
    synchronized @Nullable public String name(int number) {
        return number == OTHER ? null : byNumber[number];
    }
}
