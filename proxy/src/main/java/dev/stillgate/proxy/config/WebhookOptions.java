package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;

/**
 * Settings of the webhook that receives new findings.
 *
 * @param url an {@code http} or {@code https} URL without credentials and fragment; its path may be secret
 * @param secret the key that signs the messages, at least 16 characters
 * @param timeout the timeout of one delivery attempt
 */
public record WebhookOptions(
        @Secret String url,
        @Secret String secret,
        @Default("5s") Duration timeout) {
    private static final String EXPECTED = "expected http://host[:port]/path or https://host[:port]/path";
    private static final int SHORTEST_SECRET = 16;
    private static final Duration SHORTEST_TIMEOUT = Duration.ofMillis(100);
    private static final Duration LONGEST_TIMEOUT = Duration.ofMinutes(1);

    public WebhookOptions {
        parsed(url);
        if (secret.length() < SHORTEST_SECRET) {
            throw new PolicyException(
                    "secret",
                    "the secret has " + secret.length() + " characters: expected at least " + SHORTEST_SECRET);
        }
        if (timeout.compareTo(SHORTEST_TIMEOUT) < 0 || timeout.compareTo(LONGEST_TIMEOUT) > 0) {
            throw new PolicyException("timeout", "expected a time between 100ms and 1m");
        }
    }

    public URI uri() {
        return parsed(url);
    }

    private static URI parsed(String url) {
        URI uri = split(url);
        boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (!web || uri.getHost() == null || uri.getUserInfo() != null || uri.getFragment() != null) {
            throw new PolicyException("url", EXPECTED);
        }
        return uri;
    }

    private static URI split(String url) {
        try {
            return new URI(url);
        } catch (URISyntaxException e) { // dropped: its message contains the URL, which may be secret
            throw new PolicyException("url", EXPECTED);
        }
    }

    /** Returns a description without the URL and the secret. */
    @Override
    public String toString() {
        return "WebhookOptions[timeout=" + timeout + "]";
    }
}
