package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.config.PolicyLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A policy that was put in force, with the data needed to put it in force again.
 *
 * @param number from 1, unique in a process
 * @param since when it came into force, in milliseconds since the epoch
 * @param cause the cause of the change, such as {@code watch}
 * @param loaded the parsed policy
 * @param contents the fingerprint of each file that was read
 * @param table the listed accounts
 * @param changes the differences to the previous generation
 */
public record PolicyGeneration(
        long number,
        long since,
        String cause,
        PolicyLoader.Loaded loaded,
        Map<Path, String> contents,
        AccountTable table,
        List<String> changes) {

    public String sha256() {
        return loaded.sha256();
    }
}
