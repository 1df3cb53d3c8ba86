package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.proxy.config.Policy.Credential;
import java.util.List;

/**
 * A policy as exchanges use it: compiled, immutable, and pinned by each exchange from its head to its end.
 *
 * @param chain the filters
 * @param routes the paths
 * @param credentials where the API key stands, in the order of looking
 * @param accountsRequired whether a request without a credential is refused here
 */
public record ServingPolicy(FilterChain chain, Routes routes, List<Credential> credentials, boolean accountsRequired) {
    public ServingPolicy {
        credentials = List.copyOf(credentials);
    }
}
