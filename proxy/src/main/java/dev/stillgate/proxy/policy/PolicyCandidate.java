package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.config.PolicyLoader;
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
record PolicyCandidate(
        PolicyLoader.Loaded loaded, Map<Path, String> contents, AccountTable table, PolicyBuilder.Built built) {}
