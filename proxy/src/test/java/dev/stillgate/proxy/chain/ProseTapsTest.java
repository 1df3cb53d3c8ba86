package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseTap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sequences of prose taps: order, modes and failures. */
class ProseTapsTest {
    /** The method in which a tap fails. */
    enum At {
        BLOCK,
        TEXT,
        TEXT_IS_NULL,
        HELD,
        END,
        REPEAT,
        PART,
        ANSWER,
        RELEASE
    }

    /** Replaces a word, with a delay of one character, until it fails. */
    private static final class Late implements ResponseTap.Prose {
        private final String from;
        private final String to;
        private final At at;
        private final Release release;
        private int taken;
        private int sites;
        private int calls;

        Late(String from, String to, At at, Release release) {
            this.from = from;
            this.to = to;
            this.at = at;
            this.release = release;
        }

        Late(String from, String to) {
            this(from, to, null, Release.NOW);
        }

        private void call(At here) {
            calls++;
            if (at == here) {
                throw new StackOverflowError("as meant");
            }
        }

        @Override
        public Block onBlock(int index) {
            call(At.BLOCK);
            return new Text();
        }

        @Override
        public Block onRepeat(int index) {
            call(At.REPEAT);
            return new Text();
        }

        @Override
        public void onPart(BodyView.PartKind kind) {
            call(At.PART);
        }

        @Override
        public void onResponse(String id, boolean delivered) {
            call(At.ANSWER);
        }

        @Override
        public Release onEnd() {
            call(At.RELEASE);
            return release;
        }

        @Override
        public int sites() {
            return sites;
        }

        private final class Text implements Block {
            private String held = "";

            @Override
            public CharSequence onText(CharSequence delta) {
                taken += delta.length();
                if (taken >= 4) {
                    call(At.TEXT);
                    if (at == At.TEXT_IS_NULL) {
                        return null;
                    }
                }
                String all = held + delta;
                held = all.isEmpty() ? "" : all.substring(all.length() - 1);
                return write(all.substring(0, all.length() - held.length()));
            }

            private String write(String text) {
                sites += text.contains(from) ? 1 : 0;
                return text.replace(from, to);
            }

            @Override
            public CharSequence onEnd() {
                call(At.END);
                return write(held);
            }

            @Override
            public int held() {
                return at == At.HELD && taken >= 4 ? MOST_HELD + 1 : held.length();
            }
        }
    }

    private static ResponseFilter filter(ResponseTap tap) {
        return (exchange, head) -> tap;
    }

    private static String pass(ResponseTap.Prose.Block block, String... deltas) {
        StringBuilder all = new StringBuilder();
        for (String delta : deltas) {
            all.append(block.onText(delta));
        }
        return all.append(block.onEnd()).toString();
    }

    @Test
    void tapsRunInListOrder() {
        Late first = new Late("a", "b");
        Late second = new Late("b", "cc");
        Rig rig = new Rig().with("a", filter(first)).with("b", filter(second));
        ForwardedTap tap = rig.respond(rig.chain());
        assertThat(tap.edits()).isTrue();
        assertThat(pass(tap.prose().onBlock(0), "xa", "", "yb", "a")).isEqualTo("xccyccc" + "c");
        assertThat(tap.prose().sites()).isEqualTo(first.sites + second.sites).isPositive();
        assertThat(rig.meters.count("a", Decision.TAP)).isEqualTo(1);
    }

    @Test
    void shadowTapReadsEarlierOutputAndWritesNothing() {
        Late first = new Late("a", "b");
        Late shadow = new Late("b", "c", null, new Release.Hold());
        Rig rig = new Rig().with("a", filter(first)).with("b", FilterMode.SHADOW, OnError.CLOSED, filter(shadow));
        ForwardedTap tap = rig.respond(rig.chain());
        assertThat(pass(tap.prose().onBlock(0), "xa", "ya")).isEqualTo("xbyb");
        assertThat(shadow.sites).isPositive();
        assertThat(tap.prose().sites()).isEqualTo(first.sites);
        assertThat(tap.prose().onEnd()).isEqualTo(Release.NOW);
        assertThat(rig.progress.shadowCode()).isEqualTo(ChainLink.TAPPED);

        Rig alone = new Rig().with("b", FilterMode.SHADOW, OnError.OPEN, filter(new Late("b", "c")));
        assertThat(alone.respond(alone.chain()).edits()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(At.class)
    void failedTapLosesNoTextAndIsNotCalledAgain(At at) {
        Late tap = new Late("a", "bb", at, Release.NOW);
        Rig rig = new Rig().with("f", filter(tap));
        ResponseTap.Prose prose = rig.respond(rig.chain()).prose();
        prose.onPart(BodyView.PartKind.THINKING);
        String passed = pass(prose.onBlock(0), "xa", "ya", "z");
        String repeated = pass(prose.onRepeat(0), "xaya", "z");
        prose.onResponse("id", true);
        assertThat(prose.onEnd()).isEqualTo(Release.NOW);
        int calls = tap.calls;
        assertThat(passed)
                .isEqualTo(
                        switch (at) {
                            case BLOCK, PART -> "xayaz";
                            case TEXT, TEXT_IS_NULL, HELD -> "xayaz";
                            default -> "xbbybbz";
                        });
        assertThat(repeated).isEqualTo(at.compareTo(At.ANSWER) < 0 ? "xayaz" : "xbbybbz");
        assertThat(prose.onBlock(1).onText("a")).isEqualTo("a");
        assertThat(tap.calls).isEqualTo(calls);
        assertThat(rig.meters.count("f", Decision.ERROR)).isEqualTo(1);
        assertThat(rig.progress.refusal()).isNull();
        assertThat(rig.progress.flagReason(0)).isEqualTo(ChainLink.FILTER_FAILED);
    }

    @Test
    void heldTextOfOtherBlocksPassesAfterAFailure() {
        Late tap = new Late("a", "bb", At.TEXT, Release.NOW);
        Rig rig = new Rig().with("f", filter(tap));
        ResponseTap.Prose prose = rig.respond(rig.chain()).prose();
        ResponseTap.Prose.Block one = prose.onBlock(0);
        ResponseTap.Prose.Block other = prose.onBlock(1);
        assertThat(one.onText("ab")).hasToString("bb");
        assertThat(other.onText("cd")).hasToString("cd");
        assertThat(one.onText("a")).hasToString("ba");
        assertThat(one.onEnd()).hasToString("");
    }

    @Test
    void failedTapWithOnErrorClosedBlocksTheText() {
        Late tap = new Late("a", "bb", At.TEXT, Release.NOW);
        Rig rig = new Rig().with("f", FilterMode.ENFORCE, OnError.CLOSED, filter(tap));
        ResponseTap.Prose prose = rig.respond(rig.chain()).prose();
        assertThat(rig.progress.refusal()).isNull();
        assertThat(pass(prose.onBlock(0), "xa", "ya", "z")).isEqualTo("x");
        assertThat(rig.progress.refusal()).isNotNull();
    }

    @Test
    void endWaitsForAllTaps() {
        Release.Hold one = new Release.Hold();
        Release.Hold other = new Release.Hold();
        Rig rig = new Rig()
                .with("a", filter(new Late("a", "b", null, one)))
                .with("b", filter(new Late("a", "b", null, Release.NOW)))
                .with("c", filter(new Late("a", "b", null, other)));
        Release.Hold both = (Release.Hold) rig.respond(rig.chain()).prose().onEnd();
        int[] runs = {0};
        both.onRelease(() -> runs[0]++);
        assertThat(one.release()).isTrue();
        assertThat(runs[0]).isZero();
        assertThat(other.release()).isTrue();
        assertThat(other.release()).isFalse();
        assertThat(runs[0]).isEqualTo(1);
        assertThat(both.isOver()).isTrue();
        assertThat(both.expire()).isFalse();
    }

    @Test
    void expiryReleasesAllTaps() {
        Release.Hold one = new Release.Hold();
        Release.Hold other = new Release.Hold();
        Release.Hold both = (Release.Hold) Release.both(one, other);
        assertThat(one.release()).isTrue();
        assertThat(both.expire()).isTrue();
        assertThat(other.release()).isFalse();
        assertThat(other.isExpired()).isTrue();
        assertThat(one.isExpired()).isFalse();
    }
}
