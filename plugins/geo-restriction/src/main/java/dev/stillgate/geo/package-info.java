/**
 * Admits or refuses requests by where their address is: country, autonomous system, network and kind of anonymiser, read
 * from address databases in memory.
 *
 * <p>From file to verdict: {@code DatabaseFile} (one file, watched) -> {@code DatabaseProbe} (is every record of it
 * within bounds and readable) -> {@code MmdbDatabase} (lookups, by MaxMind's reader) -> {@code Snapshot} (the databases in
 * force) -> {@code Located} (what they say of one address) -> {@code Ruleset} (what the policy says of that).
 */
package dev.stillgate.geo;
