package dev.stillgate.tokenbucket.policy;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * Where the customers of pooled accounts verify themselves.
 *
 * @param url an absolute http or https URL of at most 500 printable ASCII characters, sent to clients in refusals
 */
public record Verify(String url) {
    private static final int LONGEST = 500;

    public Verify {
        if (url.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "url: expected at most " + LONGEST + " characters, found " + url.length());
        }
        if (!url.chars().allMatch(c -> c > ' ' && c < 0x7f) || !isWebAddress(url)) {
            throw new IllegalArgumentException(
                    "url: expected an http or https URL in ASCII, such as https://example.com/verify, found '" + url
                            + "'");
        }
    }

    private static boolean isWebAddress(String url) {
        try {
            URI uri = new URI(url);
            String scheme = uri.getScheme();
            @Nullable String host = uri.getHost();
            return ("https".equalsIgnoreCase(scheme) || "http".equalsIgnoreCase(scheme)) && host != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
