package dev.stillgate.fingerprint.signal;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How many newcomers are drawn for verification, written as in {@code 30/7d}.
 *
 * @param accounts number of accounts in each window, 1 to 10,000
 * @param days length of a window, 1 to 90
 */
public record NewcomerRate(int accounts, int days) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,5})/([0-9]{1,2})d");

    public NewcomerRate {
        if (accounts < 1 || accounts > 10_000 || days < 1 || days > 90) {
            throw new IllegalArgumentException(
                    "expected 1 to 10000 accounts in 1 to 90 days, found " + accounts + "/" + days + "d");
        }
    }

    /**
     * Reads a rate.
     *
     * @throws IllegalArgumentException if the text is invalid
     */
    public static NewcomerRate parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("expected accounts and days such as 30/7d, found " + text);
        }
        return new NewcomerRate(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
    }

    @Override
    public String toString() {
        return accounts + "/" + days + "d";
    }
}
