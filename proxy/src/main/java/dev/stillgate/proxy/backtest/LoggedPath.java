package dev.stillgate.proxy.backtest;

import dev.stillgate.proxy.exchange.Routes;
import dev.stillgate.proxy.exchange.Target;
import dev.stillgate.proxy.http.BadMessage;
import org.jspecify.annotations.Nullable;

/** A path of a log with its routing result, precomputed for {@code POST} and {@code GET}. */
final class LoggedPath {
    /** The default method of a line with a request. */
    static final String POST = "POST";

    /** The default method of a line without a request. */
    static final String GET = "GET";

    private final Routes routes;
    private final String path;
    private final Found post;
    private final Found get;

    LoggedPath(Routes routes, String text) {
        int query = text.indexOf('?');
        this.routes = routes;
        this.path = query < 0 ? text : text.substring(0, query);
        this.post = find(POST);
        this.get = find(GET);
    }

    /** The routing result of a path: a target, no route, or a refused path. */
    record Found(@Nullable Target target, @Nullable BadMessage refused) {}

    String path() {
        return path;
    }

    Found by(String method) {
        return switch (method) {
            case POST -> post;
            case GET -> get;
            default -> find(method);
        };
    }

    private Found find(String method) {
        try {
            return new Found(routes.find(method, path), null);
        } catch (BadMessage refused) {
            return new Found(null, refused);
        }
    }
}
