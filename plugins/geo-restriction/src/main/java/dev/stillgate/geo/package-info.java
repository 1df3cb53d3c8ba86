/**
 * The {@code geo-restriction} filter: allows or refuses requests by country, autonomous system, network and kind of
 * anonymiser of the client's address, from MaxMind databases in memory.
 *
 * <p>From file to decision: {@code DatabaseFile} (a watched file) -> {@code DatabaseProbe} (validation) ->
 * {@code MmdbDatabase} (lookups by MaxMind's reader) -> {@code DatabaseSet} (the databases in use) -> {@code Located} (an
 * address with its findings) -> {@code Ruleset} (the policy's decision).
 */
package dev.stillgate.geo;
