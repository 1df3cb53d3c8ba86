package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.account.QueryKey;
import dev.stillgate.proxy.config.Policy.Credential;
import dev.stillgate.proxy.dialect.Dialects;
import dev.stillgate.proxy.dialect.provider.Dialect;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.relay.UpstreamGroup;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Verdict;
import java.util.List;
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

    /**
     * Checks the query of a cloud's API that takes no key there.
     *
     * @throws BadMessage if the query may hold a credential
     */
    void checkQuery(Http1Head head) throws BadMessage {
        if (cloud != null && provider != null && !Dialects.of(provider).takesKeyInQuery()) {
            checkQuery(Dialects.of(provider), head);
        }
    }

    /**
     * Checks the query of an API that takes a key there, and the keys in the query of a request to an opaque path.
     *
     * @param places the places of credentials
     * @param chosen the index in {@code places} of the one that was found, or -1
     * @throws BadMessage if a parameter is unknown, or the query contains another credential than the one found
     */
    void checkKeys(Http1Head head, List<Credential> places, int chosen) throws BadMessage {
        if (provider == null
                ? !places.contains(Credential.QUERY_KEY)
                : !Dialects.of(provider).takesKeyInQuery()) {
            return;
        }
        if (provider != null) {
            checkQuery(Dialects.of(provider), head);
        }
        QueryKey.requireChosen(head, places, chosen);
    }

    private void checkQuery(Dialect dialect, Http1Head head) throws BadMessage {
        String refusal = dialect.refuseQuery(cloud, head.query());
        if (refusal != null) {
            throw new BadMessage(Verdict.Kind.MALFORMED, "query-parameter", refusal);
        }
    }

    /** Returns the route's path in the policy. */
    public String route() {
        return rule.path();
    }

    /** Returns whether the path carries the Responses API over WebSocket. */
    boolean carriesResponses() {
        return operation == Operation.RESPONSES_SOCKET;
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
        return dialect != null ? dialect : Dialects.likely(path, headers);
    }
}
