package dev.stillgate.proxy.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Default name of a gateway in the fleet: the host name and a random suffix, for several gateways on one host. */
final class NodeName {
    private static final int LONGEST_HOST = 48;
    private static final Path HOST = Path.of("/proc/sys/kernel/hostname");

    private NodeName() {}

    static String random() {
        byte[] suffix = new byte[4];
        new SecureRandom().nextBytes(suffix);
        return host() + "-" + HexFormat.of().formatHex(suffix);
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
