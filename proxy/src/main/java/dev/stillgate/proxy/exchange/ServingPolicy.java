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
 * @param generation the policy's number, 0 before it is put in force
 * @param sha256 the SHA-256 of the policy file, as hex digits
 */
public record ServingPolicy(
        FilterChain chain,
        Routes routes,
        List<Credential> credentials,
        boolean accountsRequired,
        long generation,
        String sha256) {
    public ServingPolicy {
        credentials = List.copyOf(credentials);
    }

    /** Returns this policy with its number. */
    public ServingPolicy numbered(long number) {
        return new ServingPolicy(chain, routes, credentials, accountsRequired, number, sha256);
    }
}
