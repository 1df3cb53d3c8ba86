package dev.stillgate.proxy.chain;

/** The stations of a compiled policy's life. Each is reached at most once, in this order; any of the first two may be left out. */
public interface PolicyLifecycle {
    /** It is now the current policy. */
    void activate();

    /** Another has become current; what is under way under this one goes on. */
    void retire();

    /** Nothing runs under it any more, or it never became current: it lets go of what it holds. */
    void close();
}
