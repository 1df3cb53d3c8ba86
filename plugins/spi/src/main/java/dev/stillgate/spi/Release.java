package dev.stillgate.spi;

import java.util.concurrent.atomic.AtomicReference;

/** When the end of an answer may be passed on. */
public sealed interface Release {
    /** At once. */
    Release NOW = new Now();

    /** At once. */
    record Now() implements Release {}

    /** Returns a release that waits for both. */
    static Release both(Release one, Release other) {
        if (!(one instanceof Hold first)) {
            return other;
        }
        return other instanceof Hold second ? new Hold(first, second) : one;
    }

    /**
     * When its owner says so, once, from any thread. The engine waits a bounded time, {@linkplain #expire expires} it then and
     * ends the answer all the same.
     */
    final class Hold implements Release {
        private final AtomicReference<Object> state = new AtomicReference<>(State.WAITING);
        private final Hold[] parts;

        /** What became of it; while somebody waits, the action that is to run stands in its place. */
        private enum State {
            WAITING,
            RELEASED,
            EXPIRED
        }

        /** A hold that has not been released. */
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

        /** Lets the answer end; returns false when it was released or has expired before. */
        public boolean release() {
            return finish(State.RELEASED);
        }

        /** Ends the waiting without a release; returns false when it was released or has expired before. */
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

        /** Returns whether it was released, or has expired. */
        public boolean isOver() {
            Object now = state.get();
            return now == State.RELEASED || now == State.EXPIRED;
        }

        /** Returns whether nobody released it in time. */
        public boolean isExpired() {
            return state.get() == State.EXPIRED;
        }

        /**
         * Runs an action when it is released or expires, on the thread that does so; at once when it is over. It is the
         * engine's to call, once.
         *
         * @throws IllegalStateException when somebody waits already
         */
        public void onRelease(Runnable action) {
            if (!state.compareAndSet(State.WAITING, action)) {
                if (!isOver()) {
                    throw new IllegalStateException("somebody waits for this release already");
                }
                action.run();
            }
        }
    }
}
