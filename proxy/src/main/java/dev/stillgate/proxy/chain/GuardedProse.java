package dev.stillgate.proxy.chain;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import org.jspecify.annotations.Nullable;

/**
 * The prose tap of one filter under its {@code mode} and {@code onError}: no failure leaves it. In shadow the text passes
 * as it came. After a failure the tap is called no more, and text passes as it came: what it held back first, with {@code
 * onError: closed} nothing.
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
    public void onAnswer(@Nullable String id, boolean delivered) {
        guard(() -> tap.onAnswer(id, delivered && link.enforcing));
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

    /** Returns the places that bear the tap's mark: in shadow none do. */
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

    /** One block, and of an enforcing filter the text that its tap holds back. */
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
                throw new IllegalStateException("a tap that holds back " + held + " characters of a block");
            }
            int length = delta.length();
            tail = held <= length
                    ? delta.subSequence(length - held, length).toString()
                    : tail.subSequence(tail.length() + length - held, tail.length())
                                    .toString()
                            + delta;
        }

        /** Returns text as it came, after what had been held back of it. */
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
