package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.proxy.config.Problem;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.RigBuilder;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.proxy.validate.Validation;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests invalid configuration files: they are reported, and a running gateway continues unchanged. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
@Timeout(60)
class BadFilesTest {
    private UpstreamScript upstream;
    private GatewayRig rig;
    private String good;

    @BeforeEach
    void start() {
        upstream = UpstreamScript.answering();
        RigBuilder builder =
                GatewayRig.with().to(upstream).accounts("{file: accounts.yaml}").accountsFile("accounts: []\n");
        good = builder.policy();
        rig = builder.start();
    }

    @AfterEach
    void stop() {
        rig.close();
        upstream.close();
    }

    private Path file(String name) {
        return rig.directory().resolve(name);
    }

    /** Invalid policy text, with the place and the message that the gateway must report. */
    record Bad(String name, byte[] content, String says) {
        Bad(String name, String content, String says) {
            this(name, content.getBytes(StandardCharsets.UTF_8), says);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Bad> texts() {
        StringBuilder aliases = new StringBuilder("a: &a [x, x]\n");
        for (char c = 'b'; c < 'k'; c++) {
            char before = (char) (c - 1);
            aliases.append(c + ": &" + c + " [" + ("*" + before + ", ").repeat(9) + "*" + before + "]\n");
        }
        return Stream.of(
                new Bad("empty", "", ": is empty"),
                new Bad("only a comment", "# nothing\n", ": is empty"),
                new Bad("half a file", "version: 1\nupstreams: [{name: model, endpoi", ":2:"),
                new Bad("half a line", "version: 1\nupstr", ":2:"),
                new Bad(
                        "half a character",
                        new byte[] {'a', ':', ' ', (byte) 0xe2, (byte) 0x82},
                        ":1:4: is not valid UTF-8"),
                new Bad("a NUL byte", "version: 1\nrou\0tes: []\n", ":2:4: a NUL byte is not allowed"),
                new Bad("NUL bytes alone", new byte[4096], ":1:1: a NUL byte is not allowed"),
                new Bad("an escape", "version: \u001b[2J1\n", ":1:10: the control character U+001B is not allowed"),
                new Bad("UTF-16", new byte[] {(byte) 0xff, (byte) 0xfe, 'a', 0}, ":1:1: is UTF-16: expected UTF-8"),
                new Bad("an alias bomb", aliases.toString(), ":1:4: the anchor \"&a\" is not allowed"),
                new Bad("a bomb of depth in brackets", "a: " + "[".repeat(200_000), ":1:"),
                new Bad("a bomb of depth in braces", "{a: ".repeat(100_000), ":1:"),
                new Bad("a bomb of depth in dashes", "- ".repeat(100_000) + "x", ":1:"),
                new Bad("many values", "a: [" + "1,".repeat(600_000) + "1]", ": has more than 500000 values"),
                new Bad("a key twice", good("version: 1\n"), ": duplicate key \"version\", first in line 1"),
                new Bad("a tag", "version: !!int 1\n", ":1:10: the tag \"tag:yaml.org,2002:int\" is not allowed"),
                new Bad("a tag that makes a thing", "version: !!java.net.URL [\"http://x\"]\n", "is not allowed"),
                new Bad("two documents", "version: 1\n---\nversion: 1\n", ":2:1: a second document starts here"),
                new Bad("a merge key", "a: &x {b: 1}\nc: {<<: *x}\n", "an alias is not allowed"),
                new Bad("a list", "- 1\n", ":1:1: expected keys and values"),
                new Bad(
                        "a missing plugin",
                        good("filters: [{name: a, type: not-installed}]\n"),
                        "there is no filter type \"not-installed\""),
                new Bad("a tab", "version: 1\nupstreams:\n\t- x\n", ":3:1: "));
    }

    private static String good(String more) {
        return "version: 1\nupstreams: [{name: m, endpoints: ['http://127.0.0.1:1']}]\n"
                + "routes: [{path: /v1/, upstream: m}]\n" + more;
    }

    @ParameterizedTest
    @MethodSource("texts")
    void invalidPolicyIsReportedAndChangesNothing(Bad bad) throws IOException {
        Files.write(file("policy.yaml"), bad.content());
        refusedWith("policy.yaml", bad.says());
    }

    private void refusedWith(String name, String says) throws IOException {
        refusedWith(name, file(name) + ":", says);
    }

    /** Expects the error of a file that cannot be read, for accounts at the setting that names the file. */
    private void unreadableWith(String name, String says) throws IOException {
        String policy = file("policy.yaml").toString();
        boolean isPolicy = policy.equals(file(name).toString());
        refusedWith(name, policy + (isPolicy ? ":" : ":6:18: accounts.file: " + file(name) + ":"), says);
    }

    private void refusedWith(String name, String begins, String says) throws IOException {
        double generation = rig.metric("stillgate_config_generation");
        assertThatThrownBy(rig::reload).isInstanceOfSatisfying(ConfigException.class, refused -> {
            assertThat(refused).hasMessageStartingWith(begins).hasMessageContaining(says);
            assertThat(refused.getMessage().length()).as("bounded").isLessThan(20_000);
            assertThat(refused.getMessage().chars()).noneMatch(c -> c < ' ' && c != '\n');
        });
        assertThat(rig.metric("stillgate_config_synchronized")).isZero();
        assertThat(rig.metric("stillgate_config_generation")).isEqualTo(generation);
        assertThat(rig.ask(Requests.messages()).status()).isEqualTo(200);
        List<Problem> offline =
                Validation.of(file("stillgate.yaml"), variable -> null).errors();
        assertThat(offline.toString()).as("output of validate").contains(says);
        put("policy.yaml", good);
        put("accounts.yaml", "accounts: []\n");
        assertThatCode(rig::reload).as("as before").doesNotThrowAnyException();
        assertThat(rig.metric("stillgate_config_synchronized")).isEqualTo(1);
    }

    /** Replaces whatever is at the path by a regular file. */
    private void put(String name, String text) throws IOException {
        Path file = file(name);
        if (Files.isDirectory(file)) {
            Files.delete(file);
        }
        Files.deleteIfExists(file);
        Files.writeString(file, text);
    }

    @Test
    void byteOrderMarkIsAccepted() throws IOException, ConfigException {
        Files.writeString(file("policy.yaml"), "\ufeff" + good);
        rig.reload();
        Files.writeString(file("accounts.yaml"), "\ufeffaccounts: []\n");
        rig.reload();
        assertThat(rig.metric("stillgate_config_generation")).isEqualTo(3);
    }

    @Test
    void policyOfAHundredMegabytesIsNotRead() throws IOException {
        large(file("policy.yaml"), "# ");
        refusedWith("policy.yaml", ": is larger than 16777216 bytes");
    }

    @Test
    void hundredMegabytesOfInvalidAccountsAreReported() throws IOException {
        try (OutputStream out = Files.newOutputStream(file("accounts.yaml"))) {
            byte[] block = "- x\n".repeat(1 << 18).getBytes(StandardCharsets.US_ASCII);
            out.write("accounts:\n".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 100; i++) {
                out.write(block);
            }
        }
        refusedWith("accounts.yaml", ":2:3: expected an account");
    }

    @Test
    void longTextIsNotAnAccount() throws IOException {
        Files.writeString(file("accounts.yaml"), "accounts: [" + "x".repeat(4 << 20));
        refusedWith("accounts.yaml", ":1:12: expected an account");
    }

    private static void large(Path file, String begin) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] block = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
            out.write(begin.getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; i < 100; i++) {
                out.write(block);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"policy.yaml", "accounts.yaml"})
    void nonFileIsReported(String name) throws IOException {
        Path file = file(name);
        Files.delete(file);
        unreadableWith(name, ": does not exist");
        Files.delete(file);
        Files.createDirectory(file);
        unreadableWith(name, ": is a directory: expected a file");
        Files.delete(file);
        Files.createSymbolicLink(file, file.getFileName());
        unreadableWith(name, ": cannot be read: ");
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/dev/zero"));
        unreadableWith(name, ": is not a regular file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"policy.yaml", "accounts.yaml"})
    void unreadableFileIsReported(String name) throws IOException {
        Files.setPosixFilePermissions(file(name), PosixFilePermissions.fromString("---------"));
        Assumptions.assumeFalse(Files.isReadable(file(name)), "this user may read everything");
        unreadableWith(name, ": cannot be read: permission denied");
    }

    @Test
    void problemListIsBounded() throws IOException {
        String many = Stream.iterate(0, i -> i + 1)
                .limit(5000)
                .map(i -> "  - {id: a" + i + ", keys: [" + "y".repeat(100) + "]}\n")
                .sorted(Comparator.naturalOrder())
                .reduce("accounts:\n", String::concat);
        Files.writeString(file("accounts.yaml"), many);
        refusedWith("accounts.yaml", "more than 100 problems: reading stopped here");
    }
}
