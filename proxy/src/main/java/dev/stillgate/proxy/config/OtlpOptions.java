package dev.stillgate.proxy.config;

import dev.stillgate.spi.PolicyException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Settings of the export to an OpenTelemetry collector, with OTLP/HTTP in JSON.
 *
 * @param url the {@code http} or {@code https} base URL, without user, query and fragment; {@code /v1/metrics} and
 *     {@code /v1/traces} are appended
 * @param interval the interval of the metrics export, 1s to 1h
 * @param spans the share of the traces sampled by the client that are exported, 0 to 1; one span per exchange
 * @param headers additional header fields of each export request, such as {@code authorization}
 */
public record OtlpOptions(
        String url,
        @Default("60s") Duration interval,
        @Default("0") double spans,
        @Secret @Default("{}") Map<String, String> headers) {
    private static final String EXPECTED = "expected http://host[:port][/path] or https://host[:port][/path]";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9-]{1,64}");
    private static final Pattern VALUE = Pattern.compile("[ -~]{1,4096}");
    private static final Set<String> RESERVED =
            Set.of("content-type", "content-length", "host", "connection", "expect", "upgrade", "transfer-encoding");
    private static final int MAX_HEADERS = 16;
    private static final Duration SHORTEST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    public OtlpOptions {
        headers = Map.copyOf(headers);
        parsed(url);
        if (interval.compareTo(SHORTEST) < 0 || interval.compareTo(LONGEST) > 0) {
            throw new PolicyException("interval", "expected a time between 1s and 1h");
        }
        if (!(spans >= 0 && spans <= 1)) {
            throw new PolicyException("spans", spans + " is not between 0 and 1");
        }
        if (headers.size() > MAX_HEADERS) {
            throw new PolicyException("headers", headers.size() + " header fields: expected at most " + MAX_HEADERS);
        }
        headers.forEach((name, value) -> {
            if (!NAME.matcher(name).matches()) {
                throw new PolicyException(
                        "headers",
                        "\"" + name + "\" is not a header field name: expected letters, digits and '-', at most 64"
                                + " characters");
            }
            if (RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
                throw new PolicyException("headers", "\"" + name + "\" is set by the gateway");
            }
            if (!VALUE.matcher(value).matches()) {
                throw new PolicyException("headers." + name, "expected 1 to 4096 printable ASCII characters");
            }
        });
    }

    /** Returns the URL without a trailing slash. */
    public String base() {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    public String host() {
        return parsed(url).getHost();
    }

    private static URI parsed(String url) {
        try {
            URI uri = new URI(url);
            boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            boolean bare = uri.getUserInfo() == null && uri.getQuery() == null && uri.getFragment() == null;
            if (!web || !bare || uri.getHost() == null) {
                throw new PolicyException("url", EXPECTED);
            }
            return uri;
        } catch (URISyntaxException e) {
            throw new PolicyException("url", EXPECTED);
        }
    }

    /** Returns a description without the values of the header fields. */
    @Override
    public String toString() {
        return "OtlpOptions[url=" + url + ", interval=" + interval + ", spans=" + spans + ", headers="
                + headers.keySet() + "]";
    }
}
