package dev.stillgate.proxy;

import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.exchange.AccountTable;
import java.nio.file.Path;
import java.util.Map;

/**
 * A policy that could be put in force: read, checked and built. Whoever does not put it in force closes its chain.
 *
 * @param loaded the policy as it was read
 * @param contents what tells the content of each file that it was made of
 * @param table the listed accounts
 * @param built what exchanges use
 */
record Candidate(
        PolicyLoader.Loaded loaded, Map<Path, String> contents, AccountTable table, PolicyBuilder.Built built) {}
