package dev.stillgate.proxy.chain;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.stillgate.spi.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reference-counted registry of the objects that survive a policy change: filter state, by filter name and class, and
 * slots. Thread-safe; not used on the request path.
 *
 * <p>References are held by policies, not by requests. The {@link Session} of a policy holds a reference to each state
 * of the policy's filter names. A state without references is closed. {@link ActivePolicy} decides when a session is
 * closed. The design follows the usage pool of Caddy ({@code usagepool.go}).
 *
 * <p>States are created and closed under the lock, so a resource such as a file is closed before its successor opens
 * it.
 */
public final class StateRegistry {
    private static final Logger log = LoggerFactory.getLogger(StateRegistry.class);

    @GuardedBy("this")
    private final Map<Key, State> states = new LinkedHashMap<>();

    @GuardedBy("this")
    private final Map<String, Slot<?>> slots = new HashMap<>();

    /** Opens the session of a policy that is being compiled. */
    public Session open() {
        return new Session();
    }

    /**
     * Returns the slot of a label; creates it if there is none. Slots are never removed.
     *
     * @throws IllegalArgumentException if the label is in use with another type
     */
    @SuppressWarnings("unchecked") // the types are compared
    public synchronized <T> Slot<T> slot(String label, Class<T> type) {
        Slot<?> slot = slots.computeIfAbsent(label, absent -> new Slot<>(absent, type, slots.size()));
        if (slot.type() != type) {
            throw new IllegalArgumentException(
                    "slot " + label + " has the type " + describe(slot.type()) + ", not " + describe(type));
        }
        return (Slot<T>) slot;
    }

    /** Returns the number of slots; slot indices are below this number. */
    public synchronized int slotCount() {
        return slots.size();
    }

    public synchronized int stateCount() {
        return states.size();
    }

    private static String describe(Class<?> type) {
        return type.getName() + " of " + type.getClassLoader();
    }

    @GuardedBy("this")
    private void release(Set<State> held) {
        List<State> latestFirst = new ArrayList<>(held).reversed();
        for (State state : latestFirst) {
            if (--state.holders == 0) {
                states.remove(state.key);
                close(state);
            }
        }
    }

    private static void close(State state) {
        if (state.value instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception | LinkageError | StackOverflowError failure) {
                log.error(
                        "failed to close state {} of filter {}",
                        state.key.type().getName(),
                        state.key.filter(),
                        failure);
            }
        }
    }

    /** The references of one policy to filter state, from its compilation until its last exchange has ended. */
    public final class Session implements AutoCloseable {
        @GuardedBy("StateRegistry.this")
        private final Set<State> held = new LinkedHashSet<>();

        @GuardedBy("StateRegistry.this")
        private boolean sealed;

        @GuardedBy("StateRegistry.this")
        private boolean closed;

        private Session() {}

        /** Acquires all existing states of a filter's name, even if the filter is off or does not request them. */
        public void retain(String filter) {
            synchronized (StateRegistry.this) {
                requireOpen(filter);
                for (State state : states.values()) {
                    if (state.key.filter().equals(filter)) {
                        hold(state);
                    }
                }
            }
        }

        /**
         * Returns a filter's state of a class; creates it if there is none.
         *
         * @throws IllegalStateException if the session is sealed
         * @throws NullPointerException if {@code make} returns null
         */
        public <S> S state(String filter, Class<S> type, Supplier<S> make) {
            synchronized (StateRegistry.this) {
                requireOpen(filter);
                Key key = new Key(filter, type);
                State state = states.get(key);
                if (state == null) {
                    S made = type.cast(require(make.get(), key));
                    state = new State(key, made);
                    if (states.putIfAbsent(key, state) != null) {
                        throw new IllegalStateException(key + " is requested while it is being created");
                    }
                }
                hold(state);
                return type.cast(state.value);
            }
        }

        /** Rejects further requests for state, once all filters of the policy have been created. */
        public void seal() {
            synchronized (StateRegistry.this) {
                sealed = true;
            }
        }

        /**
         * Releases all references. States without other references are closed in reverse order of their acquisition.
         */
        @Override
        public void close() {
            synchronized (StateRegistry.this) {
                if (!closed) {
                    sealed = true;
                    closed = true;
                    release(held);
                    held.clear();
                }
            }
        }

        @GuardedBy("StateRegistry.this")
        private void hold(State state) {
            if (held.add(state)) {
                state.holders++;
            }
        }

        @GuardedBy("StateRegistry.this")
        private void requireOpen(String filter) {
            if (sealed) {
                throw new IllegalStateException("filter " + filter
                        + " requests state after its creation: request it in the factory and keep it");
            }
        }

        private static Object require(@Nullable Object made, Key key) {
            if (made == null) {
                throw new NullPointerException("the supplier of " + key + " returned null");
            }
            return made;
        }
    }

    private record Key(String filter, Class<?> type) {}

    private static final class State {
        private final Key key;
        private final Object value;
        private int holders;

        private State(Key key, Object value) {
            this.key = key;
            this.value = value;
        }
    }
}
