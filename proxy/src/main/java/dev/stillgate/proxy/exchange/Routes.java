package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.Dialects;
import dev.stillgate.proxy.dialect.PathTable;
import dev.stillgate.proxy.dialect.provider.PathMatch;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Verdict;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Routing table of a policy. The longest matching route wins. Paths of known APIs are found in {@link PathTable}; all
 * other paths are rejected unless the route lists them as opaque. Thread-safe.
 *
 * <p>Paths must be in normal form. A path that an upstream could normalise to another one ({@code ..}, {@code //}, an
 * escaped letter) is rejected, because it would bypass the route's rules.
 */
public final class Routes {
    private static final int CACHE = 256;
    private static final int LONGEST_CACHED = 256;
    private static final int LONG = 64;

    private final Route[] routes;
    private final @Nullable Cached[] cache = new @Nullable Cached[CACHE];

    /**
     * A cached target with its request line, in origin form: HTTP/2 takes an absolute one for a path. Immutable, so that
     * racing event loops may share the cache without a lock.
     */
    private static final class Cached {
        private final byte[] line;
        private final Target target;

        private Cached(byte[] line, Target target) {
            this.line = line;
            this.target = target;
        }
    }

    public Routes(List<Route> routes) {
        this.routes = routes.stream()
                .sorted(Comparator.comparingInt((Route route) -> route.path().length())
                        .reversed())
                .toArray(Route[]::new);
    }

    /**
     * Finds the target of a request line.
     *
     * @return null if no route matches
     * @throws BadMessage if the path is not in normal form
     */
    @Nullable
    Target match(Http1Head head) throws BadMessage {
        byte[] bytes = head.bytes();
        int end = head.pathEnd();
        int at = slot(bytes, end);
        Cached known = cache[at];
        if (known != null && Arrays.equals(known.line, 0, known.line.length, bytes, 0, end)) {
            return known.target;
        }
        if (head.methodIs("OPTIONS") && head.path().equals("*")) { // the server as a whole (RFC 9112 section 3.2.4)
            return null;
        }
        requireNormalForm(bytes, head.targetStart(), end);
        Target target = match(head.method(), head.path());
        if (target != null && end <= LONGEST_CACHED && head.isOriginForm()) {
            cache[at] = new Cached(Arrays.copyOf(bytes, end), target);
        }
        return target;
    }

    /**
     * Finds the target of a method and a path.
     *
     * @return null if no route matches
     * @throws BadMessage if the path is not in normal form
     */
    public @Nullable Target find(String method, String path) throws BadMessage {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0) {
            throw notNormal("The request target must be a path.");
        }
        requireNormalForm(bytes, 0, bytes.length);
        return match(method, path);
    }

    /** Returns the place of a request line in the cache, which has one for each of most paths in use. */
    static int slot(byte[] bytes, int end) {
        int hash = end;
        boolean whole = end > LONG && end <= LONGEST_CACHED; // paths of clouds differ before their end
        for (int i = whole ? 0 : Math.max(0, end - 16); i < end; i++) {
            hash = hash * 31 + bytes[i];
        }
        return (hash ^ hash >>> 8) & CACHE - 1;
    }

    private @Nullable Target match(String method, String path) {
        if (isHopByHop(method)) {
            return null;
        }
        for (Route route : routes) {
            if (fits(route.path(), path)) {
                PathMatch dialect = PathTable.match(method, path);
                if (dialect != null && (dialect.operation().kind() != Operation.Kind.SESSION || route.realtime())) {
                    return new Target(
                            method,
                            path,
                            dialect.provider(),
                            dialect.operation(),
                            dialect.cloud(),
                            route,
                            isPrompt(dialect.operation()) ? route.to() : alone(route),
                            dialect.operation().kind() == Operation.Kind.SESSION);
                }
                if (route.responses() && method.equals("GET") && isResponses(path)) {
                    return new Target(
                            method, path, Provider.OPENAI, Operation.RESPONSES_SOCKET, null, route, alone(route), true);
                }
                for (String opaque : route.opaque()) {
                    if (fits(opaque, path)) {
                        return new Target(
                                method, path, null, Operation.OPAQUE, null, route, alone(route), route.upgrades());
                    }
                }
                return null;
            }
        }
        return null;
    }

    /** Returns whether a request is one prompt, which needs nothing that an upstream keeps from an earlier request. */
    private static boolean isPrompt(Operation operation) {
        return operation.kind() == Operation.Kind.CHAT || operation.countsTokens();
    }

    private static boolean isResponses(String path) {
        PathMatch prompt = PathTable.match("POST", path);
        return prompt != null && prompt.operation() == Operation.RESPONSES;
    }

    private static Destination alone(Route route) {
        return Destination.of(route.to().upstream());
    }

    /** Returns whether a method creates a tunnel or a loop-back, which must not be forwarded (RFC 9110 section 9.3). */
    private static boolean isHopByHop(String method) {
        return method.equalsIgnoreCase("CONNECT")
                || method.equalsIgnoreCase("TRACE")
                || method.equalsIgnoreCase("TRACK");
    }

    private static boolean fits(String pattern, String path) {
        return pattern.endsWith("/") ? path.startsWith(pattern) : path.equals(pattern);
    }

    private static void requireNormalForm(byte[] bytes, int start, int end) throws BadMessage {
        if (bytes[start] != '/') {
            throw notNormal("The request target must be a path.");
        }
        for (int i = start; i < end; i++) {
            if (bytes[i] == '/' && !normalSegment(bytes, i + 1, end)) {
                throw notNormal("The path has an empty or a dot segment.");
            }
            if (bytes[i] == '%' && !neededEscape(bytes, i + 1, end) && !isResource(bytes, start, end)) {
                throw notNormal("The path has an escape that it does not need.");
            }
        }
    }

    private static boolean normalSegment(byte[] bytes, int start, int end) {
        int length = 0;
        int dots = 0;
        int i = start;
        while (i < end
                && bytes[i] != '/'
                && bytes[i] != ';'
                && bytes[i] != '%') { // some servers cut the segment at these and then resolve the dots
            length++;
            dots += bytes[i] == '.' ? 1 : 0;
            i++;
        }
        boolean escaped = i < end && bytes[i] == '%';
        return length == 0 ? i == end || escaped : dots != length || length > 2;
    }

    private static boolean isResource(byte[] bytes, int start, int end) {
        return Dialects.isResource(new String(bytes, start, end - start, StandardCharsets.ISO_8859_1));
    }

    /** Returns whether two hex digits encode a character that must be escaped in a path (RFC 3986 section 2.4). */
    private static boolean neededEscape(byte[] bytes, int start, int end) {
        if (start + 2 > end) {
            return false;
        }
        int high = Character.digit(bytes[start], 16);
        int low = Character.digit(bytes[start + 1], 16);
        int c = high << 4 | low;
        boolean unreserved = (c >= '0' && c <= '9')
                || (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || "-._~/\\%".indexOf(c) >= 0;
        boolean neverUtf8 = c == 0xc0 || c == 0xc1 || c >= 0xf5;
        return high >= 0 && low >= 0 && c >= ' ' && c != 0x7f && !unreserved && !neverUtf8;
    }

    private static BadMessage notNormal(String message) {
        return new BadMessage(Verdict.Kind.MALFORMED, "path-not-normal", message);
    }
}
