package dev.stillgate.geo;

import com.maxmind.db.CacheKey;
import com.maxmind.db.DecodedValue;
import com.maxmind.db.NodeCache;
import dev.stillgate.geo.DatabaseRecords.CountryField;
import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * What pointers lead to in record after record, decoded: the names of fields and the countries. It halves the cost of a
 * lookup. MaxMind's own {@link com.maxmind.db.CHMCache} would keep values of any length, and those that the probe met
 * first; here each entry is short. Any thread.
 */
final class FieldCache implements NodeCache {
    private static final int MAX_ENTRIES = 1024;

    private final ConcurrentMap<CacheKey<?>, DecodedValue> entries = new ConcurrentHashMap<>();

    @Override
    public DecodedValue get(CacheKey<?> key, Loader loader) throws IOException {
        boolean nameOfField = key.cls() == String.class && key.type() == null; // strings that are values have a type
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
