package dev.stillgate.canary.text.table;

import java.util.List;
import java.util.Set;
import java.util.SortedSet;

/**
 * A class as the file gives it: pairs of forms that share one habit, and where they may be exchanged.
 *
 * @param at where it stands in its file
 * @param pairs each two forms, each of words with single spaces between them
 * @param opening whether a site may stand before there is evidence of the language, at the start of a sentence
 * @param rate the share of form 1 among sites, in texts that know no key
 * @param offsets what a bucket's rate is above {@code rate}
 * @param judged how many edits were read, {@code wrong} and {@code awkward} how many of them were that
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

    /** Two forms that mean the same. */
    public record Pair(String form0, String form1) {
        public String form(int form) {
            return form == 0 ? form0 : form1;
        }
    }

    /** What may be written. */
    enum Direction {
        BOTH,
        TO_0,
        TO_1;

        boolean allows(int form) {
            return this == BOTH || (this == TO_0) == (form == 0);
        }
    }

    /** What stands left of a form: a word and one space, a word with a comma and one space, a sentence's end, or else. */
    public enum Left {
        WORD,
        COMMA,
        START,
        OTHER;
    }

    /** What stands right of a form: one space and a word, a comma, an exclamation mark, a sentence's end, or else. */
    public enum Right {
        WORD,
        COMMA,
        EXCLAMATION,
        STOP,
        OTHER;

        /** Returns what it is that a char directly after a form makes. */
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
     * Where a form counts as a site. The lists of words hold only where the neighbour is a word with one space between;
     * an empty list of what is allowed allows everything.
     */
    public record Guards(
            Set<Left> left,
            Set<Right> right,
            SortedSet<String> onlyAfter,
            SortedSet<String> neverAfter,
            SortedSet<String> onlyBefore,
            SortedSet<String> neverBefore) {}
}
