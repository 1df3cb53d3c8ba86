package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.account.CredentialHash;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.OperatorToken;
import dev.stillgate.proxy.config.PolicyLoader;
import dev.stillgate.proxy.config.StillgateConfig;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Hashes API keys for {@code accounts.yaml}, and operators' tokens for {@code stillgate.yaml}. */
@Command(
        name = "hash-key",
        mixinStandardHelpOptions = true,
        description = {
            "Print the hashes of API keys, as accounts.yaml lists them.",
            "With --operator, print those of operators' tokens, as stillgate.yaml lists them in admin.operators.",
            "Keys are read from standard input, one per line. They are never arguments, which every user of the machine can see."
        })
final class HashKeyCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {"the stillgate.yaml whose first hashing secret is used", ConfigFile.DEFAULT})
    private @Nullable Path given;

    @Option(names = "--operator", description = "hash operators' tokens instead of API keys")
    private boolean ofOperator;

    @Option(names = "--new", description = "with --operator: make a token, and print it before its hash")
    private boolean makes;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws ConfigException {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        CommandLine line = spec.commandLine();
        if (makes && !ofOperator) {
            throw new CommandLine.ParameterException(line, "--new needs --operator");
        }
        if (ofOperator && given != null) {
            throw new CommandLine.ParameterException(
                    line, "--operator uses no --config: each hash has a salt of its own");
        }
        return ofOperator ? hashTokens(line) : hashKeys(line);
    }

    private int hashTokens(CommandLine line) {
        SecureRandom random = new SecureRandom();
        if (makes) {
            String token = OperatorToken.random(random);
            line.getOut().println("token: " + token);
            line.getOut().println("hash:  " + OperatorToken.of(token, random));
            return 0;
        }
        try {
            lines().forEach(token -> line.getOut().println(OperatorToken.of(token, random)));
            return 0;
        } catch (IllegalArgumentException e) {
            line.getErr().println("stillgate: " + e.getMessage());
            return 1;
        }
    }

    private static Stream<String> lines() {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        return in.lines().map(String::strip).filter(line -> !line.isEmpty());
    }

    private int hashKeys(CommandLine line) throws ConfigException {
        Path config = given == null ? ConfigFile.byDefault(line) : given;
        StillgateConfig loaded = new PolicyLoader(Environment.system()).config(config);
        if (loaded.hashing().isEmpty()) {
            line.getErr()
                    .println("stillgate: " + config
                            + " has no hashing secret, so a hash would be useless after this command");
            return 1;
        }
        Map.Entry<String, String> secret =
                loaded.hashing().entrySet().iterator().next();
        CredentialHash hash = CredentialHash.of(secret.getValue());
        lines().forEach(text -> {
            byte[] key = text.getBytes(StandardCharsets.UTF_8);
            hash.hash(key, 0, key.length);
            line.getOut().println(CredentialHash.id(secret.getKey(), hash.hi(), hash.lo()));
        });
        return 0;
    }
}
