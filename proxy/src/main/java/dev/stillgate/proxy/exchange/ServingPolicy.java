package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.chain.FilterChain;
import dev.stillgate.proxy.config.Policy.Credential;
import dev.stillgate.proxy.jwt.JwtVerifier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The compiled policy that exchanges run under. Immutable; each exchange pins it from start to end.
 *
 * @param chain the filter chain
 * @param routes the routing table
 * @param credentials the places searched for a credential, in order
 * @param accountsRequired whether requests without a credential are rejected
 * @param jwt judges the tokens at the place {@code jwt}; null if that is not in {@code credentials}
 * @param generation the policy's number, 0 before it is put in force
 * @param sha256 the SHA-256 of the policy file, as hex digits
 */
public record ServingPolicy(
        FilterChain chain,
        Routes routes,
        List<Credential> credentials,
        boolean accountsRequired,
        @Nullable JwtVerifier jwt,
        long generation,
        String sha256) {
    public ServingPolicy {
        credentials = List.copyOf(credentials);
    }

    /** Returns whether the upstream gets the tokens by which clients are identified. */
    boolean forwardsTokens() {
        return jwt != null && jwt.forwards();
    }

    /** Returns this policy with its number. */
    public ServingPolicy numbered(long number) {
        return new ServingPolicy(chain, routes, credentials, accountsRequired, jwt, number, sha256);
    }
}
