package dev.stillgate.proxy.admin;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Things that are looked at and acted on by one caller at a time, so that no filter's page needs to know of threads. */
final class SerialResources implements Resources {
    private final Resources things;
    private final Lock lock;

    SerialResources(Resources things, Lock lock) {
        this.things = things;
        this.lock = lock;
    }

    private <T extends @Nullable Object> T alone(Supplier<T> look) {
        lock.lock();
        try {
            return look.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean has(String page) {
        return things.has(page);
    }

    @Override
    public Set<String> actions(String page) {
        return things.actions(page);
    }

    @Override
    public @Nullable String find(String page, String id) {
        return alone(() -> things.find(page, id));
    }

    @Override
    public @Nullable String all(String page) {
        return alone(() -> things.all(page));
    }

    @Override
    public Map<String, Object> arguments(byte[] body) {
        return things.arguments(body);
    }

    @Override
    public Done perform(String page, String id, String action, Map<String, Object> arguments) {
        return alone(() -> things.perform(page, id, action, arguments));
    }
}
