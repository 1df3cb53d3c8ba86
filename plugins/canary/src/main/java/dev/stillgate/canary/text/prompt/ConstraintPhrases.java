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

/** Phrases of prompts that fix the wording of the answer, from the resource {@code wording-phrases.txt}. */
final class ConstraintPhrases {
    /** The phrases of each kind; {@code *} stands for up to four words, {@code #} for a number. */
    static final Map<Kind, List<String>> ALL = read();

    private static final String[] TRANSLATION = {"翻译", "翻譯", "翻訳", "번역", "перевед", "перевод", "ترجم"};
    private static final String[] VERSE = {"诗", "詩", "俳句", "歌词", "歌詞", "стихотвор"};

    private ConstraintPhrases() {}

    private static Map<Kind, List<String>> read() {
        Map<Kind, List<String>> phrases = new EnumMap<>(Kind.class);
        List<String> section = new ArrayList<>();
        for (String line : resource().lines().toList()) {
            if (line.startsWith("[")) {
                section = new ArrayList<>();
                phrases.put(Kind.valueOf(line.substring(1, line.length() - 1).toUpperCase(Locale.ROOT)), section);
            } else if (!line.isBlank() && !line.startsWith(";")) {
                section.add(line.strip());
            }
        }
        return phrases;
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
     * Returns the kind of a phrase that begins at a position, for scripts without spaces or with rich inflection; null
     * for none.
     */
    static @Nullable Kind unspaced(CharSequence text, int at, int to, char c) {
        if (c < 0x400) {
            return null;
        }
        return begins(text, at, to, TRANSLATION) ? Kind.TRANSLATION : begins(text, at, to, VERSE) ? Kind.VERSE : null;
    }

    private static boolean begins(CharSequence text, int at, int to, String[] phrases) {
        for (String phrase : phrases) {
            int i = 0;
            while (i < phrase.length()
                    && at + i < to
                    && Character.toLowerCase(text.charAt(at + i)) == phrase.charAt(i)) {
                i++;
            }
            if (i == phrase.length()) {
                return true;
            }
        }
        return false;
    }
}
