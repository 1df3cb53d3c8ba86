package dev.stillgate.proxy.config;

import java.nio.file.Path;
import java.util.Arrays;

/** Fuzz target: a policy or configuration in YAML is either bound or rejected with a position for every problem. */
public final class PolicyFuzz {
    private static final Path FILE = Path.of("policy.yaml");

    private PolicyFuzz() {}

    /**
     * Runs one input.
     *
     * @param data the first byte selects the kind of file; the rest is its content
     */
    public static void fuzzerTestOneInput(byte[] data) {
        if (data.length < 1) {
            return;
        }
        Class<? extends Record> type = (data[0] & 1) == 0 ? Policy.class : StillgateConfig.class;
        try {
            ConfigNode root = ConfigReader.parse(FILE, Arrays.copyOfRange(data, 1, data.length));
            Binder.bind(root, type, name -> "a value of 16 letters");
        } catch (ConfigException e) {
            if (e.problems().isEmpty()
                    || e.problems().stream()
                            .anyMatch(problem -> !problem.toString().contains("policy.yaml"))) {
                throw new IllegalStateException("a problem without a place", e);
            }
        }
    }
}
