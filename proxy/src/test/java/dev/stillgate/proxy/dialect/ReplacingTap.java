package dev.stillgate.proxy.dialect;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tap that replaces words by longer and shorter ones and holds back possible beginnings of such words. Records its
 * calls.
 */
public final class ReplacingTap implements ResponseTap.Prose {
    private final Map<String, String> words = new LinkedHashMap<>();
    private final int lag;

    /** The calls, in order. */
    public final List<String> calls = new ArrayList<>();

    /** The original texts of the blocks, by index. */
    public final List<StringBuilder> seen = new ArrayList<>();

    /** The result of {@link #onEnd}. */
    public Release release = Release.NOW;

    /** Creates a tap that additionally holds back the last {@code lag} characters. */
    public ReplacingTap(int lag, String... pairs) {
        this.lag = lag;
        for (int i = 0; i < pairs.length; i += 2) {
            words.put(pairs[i], pairs[i + 1]);
        }
    }

    /** Returns a tap that lengthens, shortens and removes words. */
    public static ReplacingTap changing() {
        return new ReplacingTap(0, "the ", "the very \"\\é😀\" ", "and ", "& ", "e", "", "on", "O\nN", "a", "aa");
    }

    /** Returns a tap that changes nothing. */
    public static ReplacingTap same() {
        return new ReplacingTap(0);
    }

    /** Returns the edited form of a complete text. */
    public String of(String text) {
        Words block = new Words(null);
        String first = block.onText(text).toString();
        return first + block.onEnd();
    }

    @Override
    public Block onBlock(int index) {
        calls.add("block " + index);
        StringBuilder text = new StringBuilder();
        seen.add(text);
        if (seen.size() != index + 1) {
            throw new IllegalStateException("block " + index + " is number " + seen.size());
        }
        return new Words(text);
    }

    @Override
    public Block onRepeat(int index) {
        calls.add("repeat " + index);
        return new Words(null);
    }

    @Override
    public void onPart(BodyView.PartKind kind) {
        calls.add(kind.toString());
    }

    @Override
    public void onResponse(@Nullable String id, boolean delivered) {
        calls.add("answer " + id);
    }

    @Override
    public Release onEnd() {
        calls.add("end");
        return release;
    }

    @Override
    public int sites() {
        return seen.stream()
                .mapToInt(text -> of(text.toString()).equals(text.toString()) ? 0 : 1)
                .sum();
    }

    private final class Words implements Block {
        private final @Nullable StringBuilder text;
        private final StringBuilder held = new StringBuilder();
        private boolean over;

        Words(@Nullable StringBuilder text) {
            this.text = text;
        }

        @Override
        public CharSequence onText(CharSequence delta) {
            if (over) {
                throw new IllegalStateException("text after the end of its block");
            }
            if (text != null) {
                text.append(delta);
            }
            held.append(delta);
            return take(lag, false);
        }

        private CharSequence take(int leave, boolean all) {
            StringBuilder out = new StringBuilder();
            int p = 0;
            while (p < held.length() - leave) {
                if (!all && isOpen(p)) {
                    break;
                }
                String word = wordAt(p);
                out.append(word == null ? held.substring(p, p + 1) : words.get(word));
                p += word == null ? 1 : word.length();
            }
            held.delete(0, p);
            return out;
        }

        private boolean isOpen(int at) {
            for (String word : words.keySet()) {
                int left = held.length() - at;
                if (left < word.length() && word.startsWith(held.substring(at))) {
                    return true;
                }
            }
            return false;
        }

        private @Nullable String wordAt(int at) {
            for (String word : words.keySet()) {
                if (held.charAt(at) == word.charAt(0) && held.indexOf(word, at) == at) {
                    return word;
                }
            }
            return null;
        }

        @Override
        public CharSequence onEnd() {
            if (over) {
                throw new IllegalStateException("a second end of a block");
            }
            over = true;
            return take(0, true);
        }

        @Override
        public int held() {
            return held.length();
        }
    }
}
