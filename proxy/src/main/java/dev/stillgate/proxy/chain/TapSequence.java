package dev.stillgate.proxy.chain;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import org.jspecify.annotations.Nullable;

/** Sequence of two prose taps: the output of the first is the input of the second. Longer sequences are nested. */
record TapSequence(ResponseTap.Prose first, ResponseTap.Prose second) implements ResponseTap.Prose {
    @Override
    public Block onBlock(int index) {
        return new BlockSequence(first.onBlock(index), second.onBlock(index));
    }

    @Override
    public Block onRepeat(int index) {
        return new BlockSequence(first.onRepeat(index), second.onRepeat(index));
    }

    @Override
    public void onPart(BodyView.PartKind kind) {
        first.onPart(kind);
        second.onPart(kind);
    }

    @Override
    public void onResponse(@Nullable String id, boolean delivered) {
        first.onResponse(id, delivered);
        second.onResponse(id, delivered);
    }

    @Override
    public Release onEnd() {
        return Release.both(first.onEnd(), second.onEnd());
    }

    @Override
    public int sites() {
        return first.sites() + second.sites();
    }

    private record BlockSequence(Block first, Block second) implements Block {
        @Override
        public CharSequence onText(CharSequence delta) {
            return second.onText(first.onText(delta));
        }

        @Override
        public CharSequence onEnd() {
            CharSequence rest = first.onEnd();
            String passes = rest.isEmpty() ? "" : second.onText(rest).toString();
            return passes + second.onEnd();
        }

        @Override
        public int held() {
            return first.held() + second.held();
        }
    }
}
