package dev.stillgate.loadtests.stub;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** A request with its whole body. */
@SuppressWarnings("ArrayRecordComponent") // never compared
record StubRequest(HttpRequest head, byte[] body) {

    String method() {
        return head.method().name();
    }

    /** Returns the path without the query. */
    String path() {
        int query = head.uri().indexOf('?');
        return query < 0 ? head.uri() : head.uri().substring(0, query);
    }

    String query() {
        int query = head.uri().indexOf('?');
        return query < 0 ? "" : head.uri().substring(query + 1);
    }

    @Nullable
    String header(CharSequence name) {
        return head.headers().get(name);
    }

    /**
     * Returns the authority in the client's request, also through a proxy that sets {@code x-forwarded-host}; null if
     * unknown.
     */
    @Nullable
    String authority() {
        String forwarded = header("x-forwarded-host");
        return forwarded == null ? header(HttpHeaderNames.HOST) : forwarded;
    }

    /** Returns the API key of either provider's header field, or the empty string. */
    String key() {
        String key = header("x-api-key");
        if (key != null) {
            return key;
        }
        String authorization = header(HttpHeaderNames.AUTHORIZATION);
        return authorization != null && authorization.regionMatches(true, 0, "bearer ", 0, 7)
                ? authorization.substring(7).strip()
                : "";
    }

    /**
     * Returns whether the request is for Anthropic: by path, or by header field where both providers share the path.
     */
    boolean anthropic() {
        return head.uri().startsWith("/v1/messages") || head.headers().contains("anthropic-version");
    }
}
