package dev.stillgate.proxy.config;

import java.net.InetAddress;
import java.util.regex.Pattern;

/**
 * A host and a port, written as {@code 127.0.0.1:8080}, {@code [::1]:8080} or {@code name:8080}.
 *
 * @param host an IP address or a name; an IPv6 address without brackets
 * @param port 0 to 65535; 0 lets the operating system choose a free port
 */
public record HostPort(String host, int port) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,252})");
    private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");

    public HostPort {
        if (!NAME.matcher(host).matches()
                && !(host.indexOf(':') >= 0 && IPV6.matcher(host).matches())) {
            throw new IllegalArgumentException(
                    "\"" + host + "\" is not a valid host: expected an IP address or a name");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is not between 0 and 65535");
        }
    }

    /**
     * Parses {@code host:port}.
     *
     * @throws IllegalArgumentException if the text has another form
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException(expected(text));
        }
        return new HostPort(host(text, text.substring(0, colon)), port(text, text.substring(colon + 1)));
    }

    /** Returns whether the host is a loopback address or {@code localhost}. */
    public boolean isLoopback() {
        try {
            return host.equalsIgnoreCase("localhost")
                    || InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException name) {
            return false;
        }
    }

    private static String host(String text, String host) {
        if (host.startsWith("[") && host.endsWith("]") && host.indexOf(':') > 0) {
            return host.substring(1, host.length() - 1);
        }
        if (host.isEmpty() || host.indexOf(':') >= 0) {
            throw new IllegalArgumentException(expected(text));
        }
        return host;
    }

    private static int port(String text, String digits) {
        if (digits.isEmpty() || digits.length() > 5 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException(expected(text));
        }
        return Integer.parseInt(digits);
    }

    private static String expected(String text) {
        return "\"" + text + "\" is not an address: expected host:port, such as 127.0.0.1:8080 or [::1]:8080";
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
