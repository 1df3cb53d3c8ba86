package dev.stillgate.canary.text.table;

import java.util.List;
import java.util.Set;
import java.util.SortedSet;

/**
 * One class of the wording table: pairs of interchangeable wordings (form 0 and form 1), and the neighbours between
 * which they count (a site). The hash of the preceding word puts a site into one of the class's cells; for each cell a
 * key selects form 0 or form 1.
 *
 * @param at position in the file
 * @param pairs pairs of forms, each of words with single spaces between them
 * @param opening whether a site may occur at the start of a sentence before the language is established
 * @param rate share of form 1 among sites in unmarked text
 * @param offsets for each bucket, the share of form 1 in unmarked text minus {@code rate}
 * @param judged number of edits that were reviewed, of which {@code wrong} and {@code awkward} were rejected
 */
public record WordClass(
        YamlValue at,
        String name,
        List<Pair> pairs,
        Direction direction,
        int buckets,
        Guards guards,
        boolean opening,
        double rate,
        List<Double> offsets,
        int judged,
        int wrong,
        int awkward) {

    /** Two interchangeable forms. */
    public record Pair(String form0, String form1) {
        public String form(int form) {
            return form == 0 ? form0 : form1;
        }
    }

    /** Which form may replace the other. */
    enum Direction {
        BOTH,
        TO_0,
        TO_1;

        boolean allows(int form) {
            return this == BOTH || (this == TO_0) == (form == 0);
        }
    }

    /**
     * Left neighbour of a form: a word and a space, a word with a comma and a space, the end of a sentence, or anything
     * else.
     */
    public enum Left {
        WORD,
        COMMA,
        START,
        OTHER;
    }

    /**
     * Right neighbour of a form: a space and a word, a comma, an exclamation mark, the end of a sentence, or anything
     * else.
     */
    public enum Right {
        WORD,
        COMMA,
        EXCLAMATION,
        STOP,
        OTHER;

        /** Returns the neighbour that a character directly after a form makes. */
        public static Right of(char c) {
            return switch (c) {
                case ',' -> COMMA;
                case '!' -> EXCLAMATION;
                case '.', '?', ':', ';', '\n' -> STOP;
                default -> OTHER;
            };
        }
    }

    /**
     * Conditions under which a form counts as a site. The lists of neighbours apply only to a neighbour that is a word
     * with one space between; an empty list of allowed words allows every word.
     *
     * @param onlyAfterTwo allowed words two to the left, with one space between the two words, and a space or a comma
     *     and a space after them; an empty list allows every word
     * @param neverAfterTwo forbidden words at that place
     * @param neverInContext forbidden words anywhere to the left in the same sentence or in the sentence before it
     */
    public record Guards(
            Set<Left> left,
            Set<Right> right,
            SortedSet<String> onlyAfter,
            SortedSet<String> neverAfter,
            SortedSet<String> onlyAfterTwo,
            SortedSet<String> neverAfterTwo,
            SortedSet<String> neverInContext,
            SortedSet<String> onlyBefore,
            SortedSet<String> neverBefore) {}
}
