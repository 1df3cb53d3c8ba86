package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.config.PolicyLoader;
import java.nio.file.Path;
import java.util.Map;

/**
 * A policy that was read, checked and built but is not in force yet. A candidate that is not put in force must have its
 * chain closed.
 *
 * @param loaded the parsed policy
 * @param contents the fingerprint of each file that was read
 * @param table the listed accounts
 * @param built the runtime objects
 */
record PolicyCandidate(
        PolicyLoader.Loaded loaded, Map<Path, String> contents, AccountTable table, PolicyBuilder.Built built) {}
