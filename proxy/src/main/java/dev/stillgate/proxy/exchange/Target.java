package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.dialect.anthropic.CloudPaths;
import dev.stillgate.proxy.dialect.google.GeminiPaths;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.relay.UpstreamGroup;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import org.jspecify.annotations.Nullable;

/**
 * The routing result for a method and a path under one policy.
 *
 * @param method the method
 * @param path the path, without the query
 * @param provider the provider whose API the path belongs to; null for an opaque path
 * @param operation the operation of that API
 * @param cloud what the path of a cloud's API says; null for other paths
 * @param rule the route
 * @param to where the request goes
 * @param upgrades whether the connection may be upgraded to WebSocket
 */
public record Target(
        String method,
        String path,
        @Nullable Provider provider,
        Operation operation,
        @Nullable CloudCall cloud,
        Route rule,
        Destination to,
        boolean upgrades) {

    /** Returns the route's path in the policy. */
    public String route() {
        return rule.path();
    }

    /** Returns whether the path carries the Responses API over WebSocket. */
    boolean carriesResponses() {
        return upgrades && operation == Operation.CONTROL;
    }

    /** Returns the upstream that receives the request. */
    UpstreamGroup upstream() {
        return to.upstream();
    }

    public String upstreamName() {
        return to.upstream().name();
    }

    /** Returns the name of the upstream that is asked if the first does not answer; null for none. */
    public @Nullable String fallbackName() {
        UpstreamGroup fallback = to.fallback();
        return fallback == null ? null : fallback.name();
    }

    /** Returns the target of a request that names this model; null for a request that names none. */
    private Target forModel(@Nullable String model, String account) {
        ModelTable models = rule.models();
        Destination other = models == null || model == null ? null : models.find(model, account);
        return other == null ? this : toward(other);
    }

    /** Returns the target of an account's prompt. One that continues or begins what its upstream keeps has no fallback. */
    public Target forPrompt(BodyView.Chat chat, String account) {
        Target chosen = forModel(chat.model(), account);
        boolean kept = chosen.to.fallback() != null && (chat.background() || chat.needsStored());
        return kept ? chosen.toward(Destination.of(chosen.to.upstream())) : chosen;
    }

    /** Returns the target with another destination. */
    Target toward(Destination other) {
        return new Target(method, path, provider, operation, cloud, rule, other, upgrades);
    }

    /**
     * Returns the provider whose API a client uses: the target's provider, or a guess from the path and the header
     * fields for an opaque or unknown path.
     */
    public static Provider providerOf(@Nullable Target target, String path, Headers headers) {
        Provider dialect = target == null ? null : target.provider();
        if (dialect != null) {
            return dialect;
        }
        if (GeminiPaths.isLikely(path) || headers.first("x-goog-api-key") != null) {
            return Provider.GOOGLE;
        }
        if (CloudPaths.likely(path) != null) {
            return Provider.ANTHROPIC;
        }
        boolean anthropic = headers.first("x-api-key") != null || headers.first("anthropic-version") != null;
        return anthropic ? Provider.ANTHROPIC : Provider.OPENAI;
    }
}
