package dev.stillgate.proxy.chain;

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
 * What outlives a policy: the state of filters, by filter name and class, and the slots.
 *
 * <p>Policies, not requests, hold references on state: each {@link Session} holds one on every state of the filter names
 * of its policy, and a state that no session holds is closed. When a session may be closed is the business of
 * {@link ActivePolicy}. The idea is that of the usage pool of Caddy ({@code usagepool.go}).
 *
 * <p>One lock guards it all; nothing here is called for a request. Making and closing run under the lock, so that what
 * closes (a file, say) is closed before its successor opens it.
 */
public final class StateRegistry {
    private static final Logger log = LoggerFactory.getLogger(StateRegistry.class);
    private final Map<Key, State> states = new LinkedHashMap<>();
    private final Map<String, Slot<?>> slots = new HashMap<>();

    /** Opens the session of a policy that is being compiled. */
    public Session open() {
        return new Session();
    }

    /**
     * Returns the slot of that label. Slots are never given up: their number is that of the labels that plugins know.
     *
     * @throws IllegalArgumentException when the label is known with another type
     */
    @SuppressWarnings("unchecked") // checked by the comparison of types
    public synchronized <T> Slot<T> slot(String label, Class<T> type) {
        Slot<?> slot = slots.computeIfAbsent(label, absent -> new Slot<>(absent, type, slots.size()));
        if (slot.type() != type) {
            throw new IllegalArgumentException(
                    "slot " + label + " holds " + describe(slot.type()) + ", not " + describe(type));
        }
        return (Slot<T>) slot;
    }

    /** Returns how many slots there are; the indices in use are those below. */
    public synchronized int slotCount() {
        return slots.size();
    }

    /** Returns how many states are kept. */
    public synchronized int stateCount() {
        return states.size();
    }

    private static String describe(Class<?> type) {
        return type.getName() + " of " + type.getClassLoader();
    }

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
                        "state {} of filter {} failed to close",
                        state.key.type().getName(),
                        state.key.filter(),
                        failure);
            }
        }
    }

    /** The states that one policy holds, from its compilation until nothing runs under it any more. */
    public final class Session implements AutoCloseable {
        private final Set<State> held = new LinkedHashSet<>();
        private boolean sealed;
        private boolean closed;

        private Session() {}

        /** Holds all states there are under a filter's name, whether or not the filter is on or asks for them. */
        public void retain(String filter) {
            synchronized (StateRegistry.this) {
                requireOpen(filter);
                states.forEach((key, state) -> {
                    if (key.filter().equals(filter)) {
                        hold(state);
                    }
                });
            }
        }

        /**
         * Returns the state of that class under a filter's name, made when there is none.
         *
         * @throws IllegalStateException when the policy has been compiled
         * @throws NullPointerException when {@code make} makes nothing
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
                        throw new IllegalStateException("the making of " + key + " asks for itself");
                    }
                }
                hold(state);
                return type.cast(state.value);
            }
        }

        /** Ends the making of filters: from here on no state is added. */
        public void seal() {
            synchronized (StateRegistry.this) {
                sealed = true;
            }
        }

        /** Lets go of everything held; what no other session holds is closed, latest first. */
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

        private void hold(State state) {
            if (held.add(state)) {
                state.holders++;
            }
        }

        private void requireOpen(String filter) {
            if (sealed) {
                throw new IllegalStateException(
                        "filter " + filter + " asks for state after it was made: take it in the factory and keep it");
            }
        }

        private static Object require(@Nullable Object made, Key key) {
            if (made == null) {
                throw new NullPointerException("no state was made for " + key);
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
