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

/** List of phrases that fix the wording of the response, from a resource. Immutable and thread-safe. */
final class ConstraintPhrases {
    private static final char FIRST_OTHER_SCRIPT = 0x400;
    private static final char LAST_CYRILLIC = 0x52f;
    private static final int SLOTS = 1 << 10;

    /** A phrase in another script than Latin, in lower case. */
    private record Stem(String text, Kind kind) {}

    /** The Latin phrases of each kind; {@code *} stands for up to four words, {@code #} for a number. */
    final Map<Kind, List<String>> latin = new EnumMap<>(Kind.class);

    /** The other phrases, by the low bits of their first character. */
    private final List<List<Stem>> stems = new ArrayList<>();

    /** Reads a resource of this package. */
    ConstraintPhrases(String resource) {
        for (int i = 0; i < SLOTS; i++) {
            stems.add(new ArrayList<>());
        }
        Kind kind = Kind.VERSE;
        for (String line : text(resource).lines().toList()) {
            if (line.startsWith("[")) {
                kind = Kind.valueOf(line.substring(1, line.length() - 1).toUpperCase(Locale.ROOT));
            } else if (!line.isBlank() && !line.startsWith(";")) {
                add(kind, line.strip());
            }
        }
    }

    private void add(Kind kind, String phrase) {
        if (phrase.charAt(0) >= FIRST_OTHER_SCRIPT) {
            stems.get(phrase.charAt(0) % SLOTS).add(new Stem(phrase, kind));
        } else {
            latin.computeIfAbsent(kind, any -> new ArrayList<>()).add(phrase);
        }
    }

    private static String text(String resource) {
        try (InputStream in = Objects.requireNonNull(ConstraintPhrases.class.getResourceAsStream(resource))) {
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
    @Nullable
    Kind unspaced(CharSequence text, int at, int to, char c) {
        if (c < FIRST_OTHER_SCRIPT || (c <= LAST_CYRILLIC && at > 0 && Character.isLetter(text.charAt(at - 1)))) {
            return null;
        }
        List<Stem> candidates = stems.get(Character.toLowerCase(c) % SLOTS);
        for (int i = 0; i < candidates.size(); i++) {
            if (begins(text, at, to, candidates.get(i).text)) {
                return candidates.get(i).kind;
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
