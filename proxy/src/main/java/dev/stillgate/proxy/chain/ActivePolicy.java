package dev.stillgate.proxy.chain;

import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The policy in force: one reference that an exchange reads once, and that a swap writes once.
 *
 * <p>A policy that was swapped out is closed when the last exchange that pinned it has let go. Two striped counters for
 * each policy tell: exchanges that entered and exchanges that left, so that event loops do not fight for one cache line.
 * They are compared only once the policy is retired, the leavers read first: then equal sums mean that nobody is inside,
 * since nobody leaves who has not entered, and both only grow. An exchange that entered looks again whether the policy is
 * still current, and leaves for the new one otherwise; with a full fence between each write and the read that follows,
 * either it sees the swap or the swap sees it.
 *
 * @param <T> what is in force: immutable
 */
public final class ActivePolicy<T> implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ActivePolicy.class);
    private final Executor closer;
    private volatile Pinned<T> current;

    /**
     * Puts the first policy in force.
     *
     * @param closer runs {@link PolicyLifecycle#close}; the thread of the background tasks, so that no task of the policy
     *     runs meanwhile
     */
    public ActivePolicy(T policy, PolicyLifecycle life, Executor closer) {
        this.closer = closer;
        this.current = new Pinned<>(policy, life, closer);
        life.activate();
    }

    /** Returns the policy in force, which stays whole until {@link Pinned#release} is called, once. */
    public Pinned<T> pin() {
        Pinned<T> pinned;
        do {
            pinned = current;
        } while (!enter(pinned));
        return pinned;
    }

    /** Counts an exchange in; false, and counts it out again, when the policy is no longer current. */
    boolean enter(Pinned<T> pinned) {
        pinned.entered.increment();
        VarHandle.fullFence();
        if (pinned == current) {
            return true;
        }
        pinned.release();
        return false;
    }

    /** Returns the policy in force for a look that is over at once, such as an admin page. */
    public T peek() {
        return current.policy;
    }

    /** Puts another policy in force for everything that starts from now on. */
    public synchronized void swap(T policy, PolicyLifecycle life) {
        Pinned<T> old = current;
        current = new Pinned<>(policy, life, closer);
        try {
            life.activate();
        } finally {
            old.retire();
        }
    }

    /** Retires the policy in force without another; for when no exchange will start any more. */
    @Override
    public synchronized void close() {
        current.retire();
    }

    /**
     * A policy held by those who work under it. One object for all of them.
     *
     * @param <T> what was in force
     */
    public static final class Pinned<T> {
        private final T policy;
        private final PolicyLifecycle life;
        private final Executor closer;
        private final LongAdder entered = new LongAdder();
        private final LongAdder left = new LongAdder();
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

        /** Lets go; exactly once for each {@link ActivePolicy#pin}. */
        public void release() {
            left.increment();
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
            long leavers = left.sum();
            if (leavers == entered.sum() && closed.compareAndSet(false, true)) {
                closer.execute(this::letGo);
            }
        }

        private void letGo() {
            try {
                life.close();
            } catch (RuntimeException failure) {
                log.error("a retired policy failed to close", failure);
            }
        }
    }
}
