package dev.stillgate.proxy.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects all file paths in a bound configuration record, at any depth. */
public final class NamedFiles {
    private NamedFiles() {}

    /** Returns the paths, in the order of the record's components. */
    public static Set<Path> of(Record bound) {
        Set<Path> files = new LinkedHashSet<>();
        collect(bound, files);
        return files;
    }

    private static void collect(@Nullable Object value, Set<Path> files) {
        switch (value) {
            case Path path -> files.add(path);
            case Record fields -> {
                for (RecordComponent component : fields.getClass().getRecordComponents()) {
                    collect(read(fields, component), files);
                }
            }
            case Collection<?> items -> items.forEach(item -> collect(item, files));
            case Map<?, ?> map ->
                map.forEach((key, item) -> {
                    collect(key, files);
                    collect(item, files);
                });
            case null, default -> {}
        }
    }

    /** Returns the value of a record's component, even if the record is not accessible. */
    static @Nullable Object read(Record fields, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(fields);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException(component + " cannot be read", e);
        }
    }
}
