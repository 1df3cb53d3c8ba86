package dev.stillgate.proxy.chain;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import org.jspecify.annotations.Nullable;

/**
 * Applies {@code mode} and {@code onError} to the prose tap of one filter, and catches all of the tap's exceptions. In
 * shadow the text passes unchanged.
 *
 * <p>After a failure the tap is not called again. With {@code onError: open} the text that it held back and all further
 * text pass unchanged; with {@code onError: closed} no further text passes.
 */
final class GuardedProse implements ResponseTap.Prose {
    private final ChainLink link;
    private final ResponseTap.Prose tap;
    private final ChainProgress progress;
    private boolean failed;
    private boolean refused;

    GuardedProse(ChainLink link, ResponseTap.Prose tap, ChainProgress progress) {
        this.link = link;
        this.tap = tap;
        this.progress = progress;
    }

    private void fail(Throwable thrown) {
        failed = true;
        refused = link.failed(FilterPhase.RESPONSE, thrown, progress) != null;
    }

    @Override
    public Block onBlock(int index) {
        return block(index, false);
    }

    @Override
    public Block onRepeat(int index) {
        return block(index, true);
    }

    private Block block(int index, boolean repeat) {
        Block block = null;
        if (!failed) {
            try {
                block = FilterChain.required(repeat ? tap.onRepeat(index) : tap.onBlock(index));
            } catch (Throwable thrown) {
                fail(thrown);
            }
        }
        return new GuardedBlock(block);
    }

    @Override
    public void onPart(BodyView.PartKind kind) {
        guard(() -> tap.onPart(kind));
    }

    @Override
    public void onResponse(@Nullable String id, boolean delivered) {
        guard(() -> tap.onResponse(id, delivered && link.enforcing));
    }

    private void guard(Runnable call) {
        if (!failed) {
            try {
                call.run();
            } catch (Throwable thrown) {
                fail(thrown);
            }
        }
    }

    @Override
    public Release onEnd() {
        if (!failed) {
            try {
                Release release = FilterChain.required(tap.onEnd());
                return link.enforcing ? release : Release.NOW;
            } catch (Throwable thrown) {
                fail(thrown);
            }
        }
        return Release.NOW;
    }

    /** Returns the number of places that carry the tap's mark; 0 in shadow. */
    @Override
    public int sites() {
        if (failed || !link.enforcing) {
            return 0;
        }
        try {
            return tap.sites();
        } catch (Throwable thrown) {
            fail(thrown);
            return 0;
        }
    }

    /** A block of prose; for an enforcing filter it keeps the text that the tap holds back. */
    private final class GuardedBlock implements Block {
        private @Nullable Block block;
        private CharSequence tail = "";

        GuardedBlock(@Nullable Block block) {
            this.block = block;
        }

        @Override
        public CharSequence onText(CharSequence delta) {
            Block now = block;
            if (now != null && !failed) {
                try {
                    CharSequence passes = FilterChain.required(now.onText(delta));
                    if (!link.enforcing) {
                        return delta;
                    }
                    keep(now.held(), delta);
                    return passes;
                } catch (Throwable thrown) {
                    fail(thrown);
                }
            }
            return raw(delta);
        }

        private void keep(int held, CharSequence delta) {
            if (held == 0 && tail.isEmpty()) {
                return;
            }
            if (held < 0 || held > MOST_HELD || held > tail.length() + delta.length()) {
                throw new IllegalStateException("the tap holds back " + held + " characters: expected 0 to " + MOST_HELD
                        + ", and no more than the block's text");
            }
            int length = delta.length();
            tail = held <= length
                    ? delta.subSequence(length - held, length).toString()
                    : tail.subSequence(tail.length() + length - held, tail.length())
                                    .toString()
                            + delta;
        }

        /** Returns the unchanged text, preceded by the text that was held back. */
        private CharSequence raw(CharSequence delta) {
            CharSequence before = tail;
            block = null;
            tail = "";
            if (refused) {
                return "";
            }
            return before.isEmpty() ? delta : before.toString() + delta;
        }

        @Override
        public CharSequence onEnd() {
            Block now = block;
            if (now != null && !failed) {
                try {
                    CharSequence rest = FilterChain.required(now.onEnd());
                    block = null;
                    return link.enforcing ? rest : "";
                } catch (Throwable thrown) {
                    fail(thrown);
                }
            }
            return raw("");
        }

        @Override
        public int held() {
            return tail.length();
        }
    }
}
