package dev.stillgate.proxy.chain;

/**
 * One entry of the policy's filter list, bound.
 *
 * @param name what state, metrics and logs call it
 * @param type which factory makes it
 * @param mode whether its verdicts count
 * @param onError what happens to a request at which it fails
 * @param policy its own configuration, of the factory's policy type
 */
public record FilterSpec(String name, String type, FilterMode mode, OnError onError, Record policy) {}
