package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.account.CredentialHash;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.StillgateConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Hashes API keys for {@code accounts.yaml}. */
@Command(
        name = "hash-key",
        mixinStandardHelpOptions = true,
        description = {
            "Print the hashes of API keys, as accounts.yaml lists them.",
            "Keys are read from standard input, one per line. They are never arguments, which every user of the machine can see."
        })
final class HashKeyCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {"the stillgate.yaml whose first hashing secret is used", ConfigFile.DEFAULT})
    private @Nullable Path given;

    @Override
    public Integer call() throws ConfigException, IOException {
        Path config = Objects.requireNonNullElseGet(given, ConfigFile::byDefault);
        StillgateConfig loaded = new PolicyLoader(Environment.system()).config(config);
        if (loaded.hashing().isEmpty()) {
            System.err.println(
                    "stillgate: " + config + " has no hashing secret, so a hash would be useless after this command");
            return 1;
        }
        Map.Entry<String, String> secret =
                loaded.hashing().entrySet().iterator().next();
        CredentialHash hash = CredentialHash.of(secret.getValue());
        BufferedReader keys = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = keys.readLine(); line != null; line = keys.readLine()) {
            byte[] key = line.strip().getBytes(StandardCharsets.UTF_8);
            if (key.length > 0) {
                hash.hash(key, 0, key.length);
                System.out.println(CredentialHash.id(secret.getKey(), hash.hi(), hash.lo()));
            }
        }
        return 0;
    }
}
