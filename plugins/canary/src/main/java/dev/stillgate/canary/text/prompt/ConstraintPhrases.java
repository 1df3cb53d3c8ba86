package dev.stillgate.canary.text.prompt;

import dev.stillgate.canary.text.prompt.WordingConstraints.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Phrases of prompts that fix the wording of the response, from the resource {@code wording-phrases.txt}. */
final class ConstraintPhrases {
    private static final char FIRST_OTHER_SCRIPT = 0x400;
    private static final char LAST_CYRILLIC = 0x52f;
    private static final int SLOTS = 1 << 10;

    /** A phrase in another script than Latin, in lower case. */
    private record Stem(String text, Kind kind) {}

    /** The Latin phrases of each kind; {@code *} stands for up to four words, {@code #} for a number. */
    static final Map<Kind, List<String>> ALL = new EnumMap<>(Kind.class);

    /** The other phrases, by the low bits of their first character. */
    private static final List<List<Stem>> STEMS = new ArrayList<>();

    static {
        for (int i = 0; i < SLOTS; i++) {
            STEMS.add(new ArrayList<>());
        }
        read();
    }

    private ConstraintPhrases() {}

    private static void read() {
        Kind kind = Kind.VERSE;
        for (String line : resource().lines().toList()) {
            if (line.startsWith("[")) {
                kind = Kind.valueOf(line.substring(1, line.length() - 1).toUpperCase(Locale.ROOT));
            } else if (!line.isBlank() && !line.startsWith(";")) {
                add(kind, line.strip());
            }
        }
    }

    private static void add(Kind kind, String phrase) {
        if (phrase.charAt(0) >= FIRST_OTHER_SCRIPT) {
            STEMS.get(phrase.charAt(0) % SLOTS).add(new Stem(phrase, kind));
        } else {
            ALL.computeIfAbsent(kind, any -> new ArrayList<>()).add(phrase);
        }
    }

    private static String resource() {
        try (InputStream in =
                Objects.requireNonNull(ConstraintPhrases.class.getResourceAsStream("wording-phrases.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Returns the kind of a phrase that begins at a position, for scripts other than Latin; null for none. A Cyrillic
     * phrase begins where a word does.
     *
     * @param to end of the text that may be read
     */
    static @Nullable Kind unspaced(CharSequence text, int at, int to, char c) {
        if (c < FIRST_OTHER_SCRIPT || (c <= LAST_CYRILLIC && at > 0 && Character.isLetter(text.charAt(at - 1)))) {
            return null;
        }
        List<Stem> stems = STEMS.get(Character.toLowerCase(c) % SLOTS);
        for (int i = 0; i < stems.size(); i++) {
            if (begins(text, at, to, stems.get(i).text)) {
                return stems.get(i).kind;
            }
        }
        return null;
    }

    private static boolean begins(CharSequence text, int at, int to, String stem) {
        if (at + stem.length() > to) {
            return false;
        }
        for (int i = 0; i < stem.length(); i++) {
            if (Character.toLowerCase(text.charAt(at + i)) != stem.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}
