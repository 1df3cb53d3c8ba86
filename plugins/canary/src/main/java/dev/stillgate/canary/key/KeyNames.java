package dev.stillgate.canary.key;

import dev.stillgate.spi.files.Digests;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Names of commitments, which end in the epoch.
 *
 * <ul>
 *   <li>{@code c3/2026-Q4}: the key of a cluster
 *   <li>{@code account:<32 hexadecimal digits>/2026-Q4}: the key of an account outside any cluster, by the pseudonym of
 *       {@link KeyDeriver#ofAccount}, so that a ledger names no account
 *   <li>{@code stratum:2026-07:EU/2026-Q4}: the key of a stratum
 *   <li>{@code global/2026-Q4}: the key that all strata deviate from
 *   <li>{@code secret/2026-Q4}: the epoch's secret
 * </ul>
 *
 * <p>Ids that do not fit into a key's
 * name, or would equal a name of another kind, are replaced by their SHA-256.
 */
public final class KeyNames {
    private static final String ACCOUNT = "account:";
    private static final String HASHED = "sha256:";
    private static final String STRATUM = "stratum:";
    private static final String GLOBAL = "global";
    private static final String SECRET = "secret";

    private KeyNames() {}

    /** Returns the name of a cluster's key. */
    public static String ofGroup(String group, String epoch) {
        boolean reserved = group.indexOf(':') >= 0 || group.equals(GLOBAL) || group.equals(SECRET);
        return reserved ? hashed(group, epoch) : name(group, epoch);
    }

    /** Returns the name of the key of an account outside any cluster. */
    static String ofAccount(String pseudonym, String epoch) {
        return ACCOUNT + pseudonym + '/' + epoch;
    }

    /**
     * Returns the name of a stratum's key.
     *
     * @param values of the dimensions, in the policy's order
     */
    public static String ofStratum(List<String> values, String epoch) {
        return STRATUM + String.join(":", values) + '/' + epoch;
    }

    /** Returns the name of an epoch's global key. */
    public static String ofGlobal(String epoch) {
        return GLOBAL + '/' + epoch;
    }

    /** Returns the name of the commitment to an epoch's secret. There is not a key of this name. */
    public static String ofSecret(String epoch) {
        return SECRET + '/' + epoch;
    }

    /** Returns whether a name is that of a stratum's key. */
    public static boolean isStratum(String name) {
        return name.startsWith(STRATUM);
    }

    /** Returns whether a name is that of an epoch's global key. */
    public static boolean isGlobal(String name) {
        return name.startsWith(GLOBAL + '/');
    }

    /** Returns whether a name is that of an epoch's secret. */
    public static boolean isSecret(String name) {
        return name.startsWith(SECRET + '/');
    }

    /** Returns the epoch at the end of a name; the whole name if it has none. */
    public static String epoch(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    private static String name(String id, String epoch) {
        boolean fits = id.length() + 1 + epoch.length() <= CanaryKey.MAX_NAME
                && id.chars().noneMatch(Character::isISOControl);
        return fits ? id + '/' + epoch : hashed(id, epoch);
    }

    private static String hashed(String id, String epoch) {
        return HASHED + Digests.sha256Hex(id.getBytes(StandardCharsets.UTF_8)) + '/' + epoch;
    }
}
