package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.config.PolicyLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A policy that was put in force, with the data needed to put it in force again.
 *
 * @param number from 1, unique in a process; with a state directory, unique in it
 * @param since when it came into force, in milliseconds since the epoch
 * @param change the origin of the change
 * @param loaded the parsed policy
 * @param contents the fingerprint of each file that was read
 * @param table the listed accounts
 * @param changes the differences to the previous generation
 */
public record PolicyGeneration(
        long number,
        long since,
        PolicyChange change,
        PolicyLoader.Loaded loaded,
        Map<Path, String> contents,
        AccountTable table,
        List<String> changes) {

    public String sha256() {
        return loaded.sha256();
    }
}
