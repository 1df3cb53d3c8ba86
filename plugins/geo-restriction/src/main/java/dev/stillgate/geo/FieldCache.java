package dev.stillgate.geo;

import com.maxmind.db.CacheKey;
import com.maxmind.db.DecodedValue;
import com.maxmind.db.NodeCache;
import dev.stillgate.geo.DatabaseRecords.CountryField;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Cache of decoded field names and countries, to which the pointers of most records lead. It halves the cost of a
 * lookup. MaxMind's {@link com.maxmind.db.CHMCache} would keep values of any length, and fill up with the first ones
 * probed; here each entry is short. Thread-safe.
 */
final class FieldCache implements NodeCache {
    private static final int MAX_ENTRIES = 1024;

    private final ConcurrentMap<CacheKey<?>, DecodedValue> entries = new ConcurrentHashMap<>();

    @Override
    public DecodedValue get(CacheKey<?> key, Loader loader) throws IOException {
        boolean nameOfField = key.cls() == String.class && key.type() == null; // value strings have a type
        if (!nameOfField && key.cls() != CountryField.class) {
            return loader.load(key);
        }
        DecodedValue known = entries.get(key);
        if (known != null) {
            return known;
        }
        DecodedValue loaded = loader.load(key);
        if (entries.size() < MAX_ENTRIES) {
            entries.put(key, loaded);
        }
        return loaded;
    }
}
