package dev.stillgate.proxy.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Suggests the known name that is nearest to a misspelt one. */
public final class Suggestion {
    private static final int LONGEST = 64;

    private Suggestion() {}

    /** Returns {@code , did you mean "x"?} with the nearest name, or an empty text if no name is similar. */
    public static String phrase(String found, Collection<String> known) {
        String nearest = nearest(found, known);
        return nearest == null ? "" : ", did you mean \"" + nearest + "\"?";
    }

    /** Returns the nearest name, or null if no name is similar. */
    static @Nullable String nearest(String found, Collection<String> known) {
        if (found.length() > LONGEST) {
            return null;
        }
        String nearest = null;
        int least = 1 + Math.max(1, found.length() / 3);
        for (String name : known) {
            int distance = distance(found.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                nearest = name;
            }
        }
        return nearest;
    }

    /**
     * Returns the optimal string alignment distance: insertions, deletions, substitutions and adjacent transpositions.
     */
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
