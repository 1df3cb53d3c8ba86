package dev.stillgate.proxy.chain;

/**
 * Lifecycle callbacks of a compiled policy. Each is called at most once, in this order; the first two may be skipped.
 */
public interface PolicyLifecycle {
    /** The policy has become the current one. */
    void activate();

    /** Another policy has become current; exchanges under this policy continue. */
    void retire();

    /** No exchange uses the policy any more, or it never became current: releases its resources. */
    void close();
}
