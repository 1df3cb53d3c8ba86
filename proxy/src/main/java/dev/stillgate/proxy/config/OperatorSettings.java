package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.text.Normalizer;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * An operator with a token of their own.
 *
 * @param name the author of the operator's orders, unique without regard to case
 * @param token the hash of the token; see {@link OperatorToken}
 * @param role what the operator may do
 */
public record OperatorSettings(String name, @Secret String token, OperatorRole role) {
    /** The maximum number of operators. */
    public static final int MOST = 100;

    /** The maximum length of a name, in characters. */
    public static final int MAX_NAME = 100;

    /** Begins and ends with a letter or digit, so that no two names look the same because of blanks. */
    private static final Pattern NAME =
            Pattern.compile("[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N} ._@+|:'-]*[\\p{L}\\p{M}\\p{N}])?");

    /** Letters and marks that cannot be seen, and two blanks, which look like one. */
    private static final Pattern UNSEEN = Pattern.compile(
            "  |[\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f" + "\\ufe00-\\ufe0f\\x{e0100}-\\x{e01ef}]");

    public OperatorSettings {
        if (!isName(name)) {
            throw new PolicyException(
                    "name",
                    "expected 1 to " + MAX_NAME + " letters, digits, blanks and ._@+|:'-, with a letter or digit at"
                            + " both ends, in Unicode's form NFKC, no two blanks side by side");
        }
        try {
            OperatorToken.parse(token);
        } catch (IllegalArgumentException e) {
            throw new PolicyException("token", String.valueOf(e.getMessage()));
        }
    }

    /** Returns whether a text may name an operator: no two names differ in the encoding or in invisible characters only. */
    public static boolean isName(String text) {
        return text.length() <= MAX_NAME
                && NAME.matcher(text).matches()
                && !UNSEEN.matcher(text).find()
                && Normalizer.isNormalized(text, Normalizer.Form.NFKC);
    }

    static void check(String key, List<OperatorSettings> operators) {
        if (operators.size() > MOST) {
            throw new PolicyException(key, operators.size() + " operators: expected at most " + MOST);
        }
        Set<String> names = new HashSet<>();
        Set<String> tokens = new HashSet<>();
        for (int i = 0; i < operators.size(); i++) {
            String at = key + "[" + i + "]";
            if (!names.add(operators.get(i).name().toLowerCase(Locale.ROOT))) {
                throw new PolicyException(at + ".name", "duplicate name: upper and lower case do not differ");
            }
            if (!tokens.add(operators.get(i).token())) {
                throw new PolicyException(at + ".token", "duplicate hash: each operator has a token of their own");
            }
        }
    }

    /** Returns a description without the hash. */
    @Override
    public String toString() {
        return "Operator[name=" + name + ", role=" + role + "]";
    }
}
