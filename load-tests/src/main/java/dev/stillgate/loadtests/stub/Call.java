package dev.stillgate.loadtests.stub;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/** One request as received: its head, and its body in full. Calls are never compared. */
@SuppressWarnings("ArrayRecordComponent")
record Call(HttpRequest head, byte[] body) {

    String method() {
        return head.method().name();
    }

    /** The path without its query. */
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

    /** The authority that the caller itself asked, as a proxy in between has passed it on; null when nobody told. */
    @Nullable
    String authority() {
        String forwarded = header("x-forwarded-host");
        return forwarded == null ? header(HttpHeaderNames.HOST) : forwarded;
    }

    /** The API key in either provider's header, or the empty string. */
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

    /** True when errors take Anthropic's shape: by path, or by header where both providers share the path. */
    boolean anthropic() {
        return head.uri().startsWith("/v1/messages") || head.headers().contains("anthropic-version");
    }
}
