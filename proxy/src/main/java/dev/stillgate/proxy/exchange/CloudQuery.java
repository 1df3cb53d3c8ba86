package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Verdict;

/**
 * Query of a request to Anthropic's models on a cloud. Clouds accept credentials there ({@code access_token}, {@code
 * key}, {@code X-Amz-Credential}), which would make the served account another one than the metered. Their SDKs send no
 * query, except the one that asks for events.
 */
final class CloudQuery {
    private CloudQuery() {}

    /**
     * Checks the query.
     *
     * @throws BadMessage if it contains anything but {@code alt=sse}
     */
    static void check(Http1Head head, Target target) throws BadMessage {
        if (target.cloud() != null && target.provider() == Provider.ANTHROPIC && !isPlain(head.query())) {
            throw new BadMessage(Verdict.Kind.MALFORMED, "query-parameter", "The query may contain alt=sse only.");
        }
    }

    private static boolean isPlain(String query) {
        return query.isEmpty() || query.equals("alt=sse") || query.equals("$alt=sse") || query.equals("%24alt=sse");
    }
}
