package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.account.AccountTable;
import dev.stillgate.proxy.config.PolicyLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A policy that was put in force, with all that is needed to put it in force again.
 *
 * @param number from 1, never used twice in a process
 * @param since when it came into force, in milliseconds of the epoch
 * @param cause what brought it
 * @param loaded the policy as it was read
 * @param contents what tells the content of each file that it was made of
 * @param table the listed accounts
 * @param changes what is different from the generation before it
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
