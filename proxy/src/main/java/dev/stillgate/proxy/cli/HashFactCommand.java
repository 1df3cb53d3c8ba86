package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.account.FactHash;
import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Environment;
import dev.stillgate.proxy.config.PolicyLoader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Hashes values of a registration fact for {@code accounts.yaml}. */
@Command(
        name = "hash-fact",
        mixinStandardHelpOptions = true,
        description = {
            "Print the hashes of registration facts, as accounts.yaml lists them.",
            "Values are read from standard input, one per line. They are never arguments, which every user of the machine can see.",
            "Each line gives one line, so the output can be pasted beside a list of accounts; a blank line stays blank."
        })
final class HashFactCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(
            paramLabel = "NAME",
            description =
                    "the fact's name, such as payment, device, email-domain, signup-network or referrer; equal values of two facts have different hashes")
    private String name = "";

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = {"the stillgate.yaml with the hashing secrets", ConfigFile.DEFAULT})
    private @Nullable Path given;

    @Option(
            names = "--secret",
            paramLabel = "NAME",
            description = "the name of the hashing secret to use (default: the first)")
    private @Nullable String secretName;

    @Override
    public Integer call() throws ConfigException, IOException {
        if (spec == null) {
            throw new IllegalStateException("not run as a command");
        }
        CommandLine line = spec.commandLine();
        if (!FactHash.isName(name)) {
            throw new CommandLine.ParameterException(line, "invalid fact name: expected 1 to 40 of a-z, 0-9 and -");
        }
        Path config = given == null ? ConfigFile.byDefault(line) : given;
        Map<String, String> hashing =
                new PolicyLoader(Environment.system()).config(config).hashing();
        if (hashing.isEmpty()) {
            line.getErr()
                    .println("stillgate: " + config
                            + " has no hashing secret, so a hash would be useless after this command");
            return 1;
        }
        String chosen = secretName;
        String secret = chosen == null ? hashing.values().iterator().next() : hashing.get(chosen);
        if (secret == null) {
            throw new CommandLine.ParameterException(
                    line,
                    "unknown secret \"" + chosen + "\": expected one of " + String.join(", ", hashing.keySet())
                            + ", from hashing in " + config);
        }
        hash(new FactHash(secret, name), line.getOut());
        return 0;
    }

    private static void hash(FactHash hash, PrintWriter out) throws IOException {
        BufferedReader values =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8.newDecoder()));
        int lines = 0;
        try {
            for (String line = values.readLine(); line != null; line = values.readLine()) {
                out.write(hash.of(line));
                out.write('\n');
                lines++;
            }
        } catch (CharacterCodingException e) {
            throw new IOException("the values after line " + lines + " are not valid UTF-8", e);
        } finally {
            out.flush();
        }
    }
}
