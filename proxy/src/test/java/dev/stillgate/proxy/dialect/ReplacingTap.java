package dev.stillgate.proxy.dialect;

import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Release;
import dev.stillgate.spi.ResponseTap;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tap that replaces words by longer and shorter ones, and holds back what may become one; it remembers what it was told. */
public final class ReplacingTap implements ResponseTap.Prose {
    private final Map<String, String> words = new LinkedHashMap<>();
    private final int lag;

    /** What it was told, in order. */
    public final List<String> told = new ArrayList<>();

    /** The texts of blocks as they came, by index. */
    public final List<StringBuilder> seen = new ArrayList<>();

    /** What the answer ends with. */
    public Release release = Release.NOW;

    /** A tap that lags so many characters behind besides. */
    public ReplacingTap(int lag, String... pairs) {
        this.lag = lag;
        for (int i = 0; i < pairs.length; i += 2) {
            words.put(pairs[i], pairs[i + 1]);
        }
    }

    /** A tap that lets words grow, shrink and vanish. */
    public static ReplacingTap changing() {
        return new ReplacingTap(0, "the ", "the very \"\\é😀\" ", "and ", "& ", "e", "", "on", "O\nN", "a", "aa");
    }

    /** A tap that changes nothing. */
    public static ReplacingTap same() {
        return new ReplacingTap(0);
    }

    /** Returns what a whole text becomes. */
    public String of(String text) {
        Words block = new Words(null);
        String first = block.onText(text).toString();
        return first + block.onEnd();
    }

    @Override
    public Block onBlock(int index) {
        told.add("block " + index);
        StringBuilder text = new StringBuilder();
        seen.add(text);
        if (seen.size() != index + 1) {
            throw new IllegalStateException("block " + index + " is number " + seen.size());
        }
        return new Words(text);
    }

    @Override
    public Block onRepeat(int index) {
        told.add("repeat " + index);
        return new Words(null);
    }

    @Override
    public void onPart(BodyView.PartKind kind) {
        told.add(kind.toString());
    }

    @Override
    public void onAnswer(@Nullable String id, boolean delivered) {
        told.add("answer " + id);
    }

    @Override
    public Release onEnd() {
        told.add("end");
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
