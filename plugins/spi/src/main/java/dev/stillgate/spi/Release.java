package dev.stillgate.spi;

import java.util.concurrent.atomic.AtomicReference;

/** Condition for forwarding the end of a response. */
public sealed interface Release {
    /** Immediately. */
    Release NOW = new Now();

    /** Immediately. */
    record Now() implements Release {}

    /** Returns a release that waits for two others. */
    static Release both(Release one, Release other) {
        if (!(one instanceof Hold first)) {
            return other;
        }
        return other instanceof Hold second ? new Hold(first, second) : one;
    }

    /**
     * A release by its owner, once, from any thread. If it does not come within a bounded time, the engine lets the
     * hold {@linkplain #expire expire} and ends the response. Thread-safe.
     */
    final class Hold implements Release {
        private final AtomicReference<Object> state = new AtomicReference<>(State.WAITING);
        private final Hold[] parts;

        /** State of the hold; while an action waits for the release, the action is stored in its place. */
        private enum State {
            WAITING,
            RELEASED,
            EXPIRED
        }

        /** Creates a hold that has not been released. */
        public Hold() {
            parts = new Hold[0];
        }

        private Hold(Hold first, Hold second) {
            parts = new Hold[] {first, second};
            first.onRelease(this::partReleased);
            second.onRelease(this::partReleased);
        }

        private void partReleased() {
            for (Hold part : parts) {
                if (!part.isOver()) {
                    return;
                }
            }
            release();
        }

        /** Releases the hold; returns false if it was already released or expired. */
        public boolean release() {
            return finish(State.RELEASED);
        }

        /** Expires the hold; returns false if it was already released or expired. */
        public boolean expire() {
            boolean first = finish(State.EXPIRED);
            for (Hold part : parts) {
                part.expire();
            }
            return first;
        }

        private boolean finish(State how) {
            while (!isOver()) {
                Object before = state.get();
                if (before != State.RELEASED && before != State.EXPIRED && state.compareAndSet(before, how)) {
                    if (before instanceof Runnable action) {
                        action.run();
                    }
                    return true;
                }
            }
            return false;
        }

        /** Returns whether the hold was released or has expired. */
        public boolean isOver() {
            Object now = state.get();
            return now == State.RELEASED || now == State.EXPIRED;
        }

        /** Returns whether the hold expired without a release. */
        public boolean isExpired() {
            return state.get() == State.EXPIRED;
        }

        /**
         * Runs an action on release or expiry, on the thread that causes it; immediately if that has happened. Called
         * by the engine only, once.
         *
         * @throws IllegalStateException if an action is waiting already
         */
        public void onRelease(Runnable action) {
            if (!state.compareAndSet(State.WAITING, action)) {
                if (!isOver()) {
                    throw new IllegalStateException("an action is waiting for this release already");
                }
                action.run();
            }
        }
    }
}
