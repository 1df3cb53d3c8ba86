package dev.stillgate.proxy.policy;

import dev.stillgate.proxy.config.PolicyLoader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A policy that was put in force.
 *
 * @param number from 1, unique in a process; with a state directory, unique in it
 * @param since when it came into force, in milliseconds since the epoch
 * @param change the origin of the change
 * @param loaded the parsed policy
 * @param contents the fingerprint of each file that was read
 * @param changes the differences to the previous generation
 * @param origin the generation in which this text was read from the file: an earlier one after a rollback
 */
public record PolicyGeneration(
        long number,
        long since,
        PolicyChange change,
        PolicyLoader.Loaded loaded,
        Map<Path, String> contents,
        List<String> changes,
        long origin) {

    public String sha256() {
        return loaded.sha256();
    }

    /**
     * The origin of a change of policy.
     *
     * @param cause what triggered it, such as {@code watch}, {@code admin} or {@code signal}
     * @param by who asked for it; null if unknown
     * @param why the reason that was given; null for none
     */
    public record PolicyChange(
            String cause, @Nullable String by, @Nullable String why) {
        /** Returns a change without name and reason. */
        public static PolicyChange of(String cause) {
            return new PolicyChange(cause, null, null);
        }
    }
}
