package dev.stillgate.proxy.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Name of a gateway in the fleet: the configured name, else the host's, and a random suffix. Messages and leases carry it,
 * so two gateways that were configured with one name must not share it.
 */
final class NodeName {
    private static final int SUFFIX_BYTES = 6;
    private static final int LONGEST_HOST = 48;
    private static final Path HOST = Path.of("/proc/sys/kernel/hostname");

    private NodeName() {}

    static String unique(@Nullable String configured) {
        byte[] suffix = new byte[SUFFIX_BYTES];
        new SecureRandom().nextBytes(suffix);
        return (configured == null ? host() : configured) + "-" + HexFormat.of().formatHex(suffix);
    }

    /** Returns whether two names differ in their random suffix only. */
    static boolean areAlike(String one, String other) {
        int length = one.length() - 2 * SUFFIX_BYTES;
        return one.length() == other.length() && !one.equals(other) && one.regionMatches(0, other, 0, length);
    }

    private static String host() {
        String name;
        try {
            name = Files.readString(HOST);
        } catch (IOException unknown) {
            name = "gateway";
        }
        String plain = name.strip().replaceAll("[^A-Za-z0-9._-]", "-");
        return plain.length() > LONGEST_HOST ? plain.substring(0, LONGEST_HOST) : plain;
    }
}
