package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Verdict;

/**
 * A filter's decision to reject a request.
 *
 * @param filter the filter's name in the policy file
 * @param verdict the kind, code and message of the response
 */
public record Refusal(String filter, Verdict.Reject verdict) {}
