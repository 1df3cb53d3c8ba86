package dev.stillgate.loadtests.demo;

import dev.stillgate.loadtests.campaign.traffic.SimulatedAccount;
import dev.stillgate.proxy.account.CredentialHash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The demo's configuration in a temporary directory. It can be edited while the demo runs. */
record DemoFiles(Path directory) {
    private static final Pattern ENTRY = Pattern.compile("\\{id: ([^,]+), keys: \\[]");

    /** Creates the directory. */
    static DemoFiles create() throws IOException {
        return new DemoFiles(Files.createTempDirectory("stillgate-demo-"));
    }

    /**
     * Writes the configuration.
     *
     * @param shipped the shipped configuration, which has the GeoIP databases
     * @param port the listener's port, 0 for any
     * @param adminPort the admin's port, 0 for any
     */
    void write(Path shipped, String upstream, int port, int adminPort) throws IOException {
        fill(
                "policy.yaml",
                "@MODEL@",
                upstream,
                "@GEO@",
                shipped.resolve("geo").toAbsolutePath().toString());
        fill("stillgate.yaml", "@PORT@", Integer.toString(port), "@ADMIN@", Integer.toString(adminPort));
        Files.writeString(canarySecret(), "a public secret of the demo's marks\n");
    }

    private void fill(String name, String first, String firstValue, String second, String secondValue)
            throws IOException {
        Files.writeString(
                directory.resolve(name),
                resource(name).replace(first, firstValue).replace(second, secondValue));
    }

    /** Returns the text of a resource beside this class. */
    static String resource(String name) throws IOException {
        try (InputStream in = DemoFiles.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("the resource " + name + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** Writes the accounts of the simulation, each with the hash of its key, {@code sk-} and its id. */
    void accounts(Collection<SimulatedAccount> simulated, String secret) throws IOException {
        CredentialHash hash = CredentialHash.of(secret);
        String lines =
                simulated.stream().map(SimulatedAccount::line).collect(Collectors.joining("", "accounts:\n", ""));
        String listed = ENTRY.matcher(lines).replaceAll(entry -> {
            byte[] key = ("sk-" + entry.group(1)).getBytes(StandardCharsets.UTF_8);
            hash.hash(key, 0, key.length);
            return Matcher.quoteReplacement(
                    "{id: " + entry.group(1) + ", keys: [\"" + CredentialHash.id("h1", hash.hi(), hash.lo()) + "\"]");
        });
        Files.writeString(directory.resolve("accounts.yaml"), listed);
    }

    Path config() {
        return directory.resolve("stillgate.yaml");
    }

    Path policy() {
        return directory.resolve("policy.yaml");
    }

    Path accessLog() {
        return directory.resolve("access.log");
    }

    Path driveLog() {
        return directory.resolve("drive.log");
    }

    /** Returns the texts that the campaigns were served. */
    Path answers() {
        return directory.resolve("answers.jsonl");
    }

    /** Returns the master secret of the marks. */
    Path canarySecret() {
        return directory.resolve("canary-secret");
    }

    /** Returns the canary's ledger. */
    Path ledger() {
        return directory.resolve("state/canary/ledger");
    }

    /** Deletes the directory. */
    void close() {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            System.err.println("stillgate: " + directory + " is left over: " + e.getMessage());
        }
    }
}
