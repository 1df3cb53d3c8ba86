package dev.stillgate.proxy.chain;

import dev.stillgate.spi.Verdict;

/**
 * A refusal and who refused.
 *
 * @param filter the filter's name in the policy file
 * @param verdict what is to be answered
 */
public record Refusal(String filter, Verdict.Reject verdict) {}
