package dev.stillgate.proxy.validate;

import dev.stillgate.proxy.chain.FilterCatalog;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.ConfigReader;
import dev.stillgate.proxy.config.EffectiveConfig;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.StillgateConfig;
import dev.stillgate.proxy.config.TextFile;
import dev.stillgate.proxy.policy.PolicyBuilder;
import dev.stillgate.spi.files.Digests;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The effective configuration: both files with every default, including those of filters, and without secrets. */
public final class EffectiveFiles {
    private EffectiveFiles() {}

    /**
     * The effective content of one file.
     *
     * @param name the file's role, {@code stillgate.yaml} or {@code policy.yaml}
     * @param file its path
     * @param sha256 the hash of its bytes, 64 hex digits
     * @param content the effective content
     */
    public record Effective(String name, Path file, String sha256, Map<String, Object> content) {}

    /**
     * Reads {@code stillgate.yaml} and the policy that it names.
     *
     * @throws ConfigException with all problems found
     */
    public static List<Effective> of(Path file, Environment environment) throws ConfigException {
        PolicyLoader loader = new PolicyLoader(environment);
        StillgateConfig config = loader.config(file);
        PolicyLoader.Loaded loaded = loader.policy(config.policy());
        try (FilterCatalog catalog = FilterCatalog.load(EffectiveFiles.class.getClassLoader(), config.plugins())) {
            String sha256 = Digests.sha256Hex(TextFile.bytes(file, ConfigReader.MOST_BYTES));
            return List.of(
                    new Effective("stillgate.yaml", file, sha256, EffectiveConfig.of(config)),
                    new Effective(
                            "policy.yaml", loaded.file(), loaded.sha256(), PolicyBuilder.effective(loaded, catalog)));
        }
    }
}
