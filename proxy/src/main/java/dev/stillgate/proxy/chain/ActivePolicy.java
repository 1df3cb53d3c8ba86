package dev.stillgate.proxy.chain;

import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reference to the current policy, with a usage count per policy. Each exchange pins the policy at its start; a
 * replaced policy is closed after its last exchange releases it. Thread-safe.
 *
 * <p>Each policy has two striped counters, of pins and of releases, so event loops do not contend for one cache line.
 * Both only grow, and a release always follows its pin. A retired policy is therefore unused when the two sums are
 * equal, provided the releases are summed first.
 *
 * <p>After counting a pin, {@link #pin} reads {@code current} again and retries if the policy was replaced. Full fences
 * between each write and the following read ensure that either the pin sees the swap or the swap sees the pin.
 *
 * @param <T> the policy's type; immutable
 */
public final class ActivePolicy<T> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ActivePolicy.class);
    private final Executor closer;
    private volatile Pinned<T> current;

    /**
     * Activates the first policy.
     *
     * @param closer runs {@link PolicyLifecycle#close}: the background thread, so that no background task of the policy
     *     runs at the same time
     */
    public ActivePolicy(T policy, PolicyLifecycle life, Executor closer) {
        this.closer = closer;
        this.current = new Pinned<>(policy, life, closer);
        life.activate();
    }

    /** Pins the current policy. It stays open until {@link Pinned#release}, which must be called exactly once. */
    public Pinned<T> pin() {
        Pinned<T> pinned;
        do {
            pinned = current;
        } while (!enter(pinned));
        return pinned;
    }

    /** Counts a pin. If the policy is no longer current, releases it again and returns false. */
    boolean enter(Pinned<T> pinned) {
        pinned.entered.increment();
        VarHandle.fullFence();
        if (pinned == current) {
            return true;
        }
        pinned.release();
        return false;
    }

    /** Returns the current policy without pinning it, for short reads such as an admin page. */
    public T peek() {
        return current.policy;
    }

    /** Replaces the policy for all exchanges that start from now on. */
    public synchronized void swap(T policy, PolicyLifecycle life) {
        Pinned<T> old = current;
        current = new Pinned<>(policy, life, closer);
        try {
            life.activate();
        } finally {
            old.retire();
        }
    }

    /** Retires the current policy without a successor, at shutdown. */
    @Override
    public synchronized void close() {
        current.retire();
    }

    /**
     * A policy with its usage count, shared by all exchanges that pinned it.
     *
     * @param <T> the policy's type
     */
    public static final class Pinned<T> {
        private final T policy;
        private final PolicyLifecycle life;
        private final Executor closer;
        private final LongAdder entered = new LongAdder();
        private final LongAdder released = new LongAdder();
        private final AtomicBoolean closed = new AtomicBoolean();
        private volatile boolean retired;

        private Pinned(T policy, PolicyLifecycle life, Executor closer) {
            this.policy = policy;
            this.life = life;
            this.closer = closer;
        }

        public T policy() {
            return policy;
        }

        /** Releases one pin. Must be called exactly once for each {@link ActivePolicy#pin}. */
        public void release() {
            released.increment();
            VarHandle.fullFence();
            if (retired) {
                closeWhenEmpty();
            }
        }

        private void retire() {
            if (retired) {
                return;
            }
            life.retire();
            retired = true;
            VarHandle.fullFence();
            closeWhenEmpty();
        }

        private void closeWhenEmpty() {
            long releases = released.sum();
            if (releases == entered.sum() && closed.compareAndSet(false, true)) {
                closer.execute(this::closeQuietly);
            }
        }

        private void closeQuietly() {
            try {
                life.close();
            } catch (RuntimeException failure) {
                log.error("failed to close a retired policy", failure);
            }
        }
    }

    /**
     * Lifecycle callbacks of a compiled policy. Each is called at most once, in this order; the first two may be
     * skipped.
     */
    interface PolicyLifecycle {
        /** The policy has become the current one. */
        void activate();

        /** Another policy has become current; exchanges under this policy continue. */
        void retire();

        /** No exchange uses the policy any more, or it never became current: releases its resources. */
        void close();
    }
}
