package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.proxy.config.Policy.Credential;
import java.util.List;

/**
 * The compiled policy that exchanges run under. Immutable; each exchange pins it from start to end.
 *
 * @param chain the filter chain
 * @param routes the routing table
 * @param credentials the places searched for a credential, in order
 * @param accountsRequired whether requests without a credential are rejected
 */
public record ServingPolicy(FilterChain chain, Routes routes, List<Credential> credentials, boolean accountsRequired) {
    public ServingPolicy {
        credentials = List.copyOf(credentials);
    }
}
