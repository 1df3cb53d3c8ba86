package dev.stillgate.fingerprint.text;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * System prompts on the request path: one that was read lately is known again, and of another a copy is made for a {@link
 * TextReader}, so that a prompt which is another one each time keeps nobody waiting. Of a long one the first 48 Ki characters
 * and the last 16 Ki count. One for each thread.
 */
final class SystemPrompts {
    private static final char[] NONE = {};
    private static final int HEAD = 48 << 10;
    private static final int TAIL = NewText.MOST - HEAD;

    /** How many strings are known again without looking at their characters. */
    private static final int STRINGS = 64;

    private final KnownSystems known;
    private final long seed;
    private final String[] strings = new String[STRINGS];
    private final long[] marks = new long[STRINGS];
    private char[] chars = new char[4 << 10];
    private int length;
    private long asItStands;

    SystemPrompts(TextKey key, KnownSystems known) {
        this.known = known;
        this.seed = key.seed(11);
        Arrays.fill(strings, "");
    }

    /** Returns what is known of a prompt, null for an empty one and for one that is not known; {@link #unknown} tells which. */
    KnownSystems.@Nullable Known find(CharSequence prompt) {
        int size = prompt.length();
        length = 0;
        if (size == 0) {
            return null;
        }
        KnownSystems.Known found = prompt instanceof String text ? again(text) : null;
        if (found != null) {
            return found;
        }
        copy(prompt, size);
        asItStands = asItStands(size);
        found = known.find(asItStands);
        if (found != null) {
            length = 0;
        }
        if (prompt instanceof String text && size <= NewText.MOST) {
            int place = text.hashCode() & (STRINGS - 1);
            strings[place] = text;
            marks[place] = asItStands;
        }
        return found;
    }

    /** Returns what is known of a string that came before, null for others: as a rule it is the same one, so comparing it costs nothing. */
    private KnownSystems.@Nullable Known again(String prompt) {
        int place = prompt.hashCode() & (STRINGS - 1);
        asItStands = marks[place];
        return prompt.equals(strings[place]) ? known.find(asItStands) : null;
    }

    /** Returns what counts of the prompt that was not found, empty when it was. */
    char[] unknown() {
        return length == 0 ? NONE : Arrays.copyOf(chars, length);
    }

    /** Returns the keyed hash of that prompt as it stands. */
    long asItStands() {
        return asItStands;
    }

    private void copy(CharSequence prompt, int size) {
        length = Math.min(size, NewText.MOST);
        if (chars.length < length) {
            chars = new char[Math.min(NewText.MOST, Math.max(length, 2 * chars.length))];
        }
        int head = size <= NewText.MOST ? size : HEAD;
        prompt.getChars(0, head, chars, 0);
        if (head < size) {
            prompt.getChars(size - TAIL, size, chars, head);
        }
    }

    private long asItStands(int size) {
        long h = seed ^ size;
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            h = TextKey.fold(four(i) ^ h, four(i + 4) ^ seed);
        }
        for (; i < length; i++) {
            h = TextKey.fold(chars[i] ^ h, seed);
        }
        return TextKey.notNone(h);
    }

    private long four(int i) {
        return chars[i] | ((long) chars[i + 1] << 16) | ((long) chars[i + 2] << 32) | ((long) chars[i + 3] << 48);
    }
}
