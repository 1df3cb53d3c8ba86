package dev.stillgate.proxy.admin;

import dev.stillgate.proxy.config.OperatorRole;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Resources behind a lock, so that filters' pages are accessed by one thread at a time. */
final class SerialResources implements Resources {
    private final Resources resources;
    private final Lock lock;

    SerialResources(Resources resources, Lock lock) {
        this.resources = resources;
        this.lock = lock;
    }

    private <T extends @Nullable Object> T serially(Supplier<T> access) {
        lock.lock();
        try {
            return access.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean has(String page) {
        return resources.has(page);
    }

    @Override
    public Set<String> actions(String page) {
        return resources.actions(page);
    }

    @Override
    public @Nullable String find(String page, String id) {
        return serially(() -> resources.find(page, id));
    }

    @Override
    public String unknown(String page, String id) {
        return resources.unknown(page, id);
    }

    @Override
    public @Nullable String all(String page, OptionalInt limit) {
        return serially(() -> resources.all(page, limit));
    }

    @Override
    public Map<String, Object> arguments(byte[] body) {
        return resources.arguments(body);
    }

    @Override
    public Done perform(String page, String id, String action, Map<String, Object> arguments, OperatorRole role) {
        return serially(() -> resources.perform(page, id, action, arguments, role));
    }
}
