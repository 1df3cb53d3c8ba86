package dev.stillgate.canary;

import dev.stillgate.canary.key.CanaryKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names of keys: {@code c3/2026-Q4} for a cluster, {@code account:a-1/2026-Q4} for an account outside any cluster. Ids
 * that do not fit into a key's name are replaced by their SHA-256.
 */
final class KeyNames {
    private static final String ACCOUNT = "account:";
    private static final String HASHED = "sha256:";

    private KeyNames() {}

    static String ofGroup(String group, String epoch) {
        return name("", group, epoch);
    }

    static String ofAccount(String account, String epoch) {
        return name(ACCOUNT, account, epoch);
    }

    private static String name(String prefix, String id, String epoch) {
        boolean fits = prefix.length() + id.length() + 1 + epoch.length() <= CanaryKey.MAX_NAME
                && id.chars().noneMatch(Character::isISOControl);
        return prefix + (fits ? id : HASHED + hash(id)) + '/' + epoch;
    }

    private static String hash(String id) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }
}
