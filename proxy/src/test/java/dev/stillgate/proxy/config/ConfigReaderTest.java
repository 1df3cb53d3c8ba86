package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class ConfigReaderTest {
    private static final Path FILE = Path.of("policy.yaml");

    @TempDir
    private Path directory;

    @Test
    void nodesHavePositions() throws ConfigException {
        ConfigNode root = parse("a:\n  - x: é\n    y: [1, 'two']\n");

        assertThat(root.at()).isEqualTo(new Position(FILE, 1, 1));
        assertThat(root.below("a[0].y[1]")).isEqualTo(new ConfigNode.Scalar(new Position(FILE, 3, 12), "two", false));
        assertThat(root.below("a[0].y[7]").at()).isEqualTo(new Position(FILE, 3, 8));
        assertThat(root.below("a[0].z.q").at()).isEqualTo(new Position(FILE, 2, 5));
    }

    @Test
    void columnsCountCodePoints() throws ConfigException {
        assertThat(parse("{'😀é': 1, b: 2}").below("b").at()).isEqualTo(new Position(FILE, 1, 14));
    }

    @Test
    void byteOrderMarkIsSkipped() throws ConfigException {
        assertThat(parse("\uFEFFa: 1").below("a").at()).isEqualTo(new Position(FILE, 1, 4));
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                Arguments.of("", "policy.yaml: is empty"),
                Arguments.of("# nothing but this\n", "policy.yaml: is empty"),
                Arguments.of(
                        "a: 1\n---\nb: 2\n", "policy.yaml:2:1: a second document starts here: expected one in a file"),
                Arguments.of("a: 1\na: 2\n", "policy.yaml:2:1: duplicate key \"a\", first in line 1"),
                Arguments.of("a: &x 1\n", "policy.yaml:1:4: the anchor \"&x\" is not allowed"),
                Arguments.of("a: !!int 1\n", "policy.yaml:1:4: the tag \"tag:yaml.org,2002:int\" is not allowed"),
                Arguments.of("a: !java.net.URL [x]\n", "policy.yaml:1:4: the tag \"!java.net.URL\" is not allowed"),
                Arguments.of("a: ! b\n", "policy.yaml:1:4: the tag \"!\" is not allowed"),
                Arguments.of("? [a, b]\n: 1\n", "policy.yaml:1:3: expected a key, found a list or a mapping"),
                Arguments.of("a: 1\nb: x\u0000y\n", "policy.yaml:2:5: a NUL byte is not allowed"),
                Arguments.of("a: \u001b[31m\n", "policy.yaml:1:4: the control character U+001B is not allowed"),
                Arguments.of(
                        "a:\n\t- 1\n",
                        "policy.yaml:2:1: is not valid YAML: while scanning for the next token: found character '\\t(TAB)' that cannot start"
                                + " any token. (Do not use \\t(TAB) for indentation)"),
                Arguments.of(
                        "limits:\n  - {a: 1}\n - {a: 2}\n",
                        "policy.yaml:3:2: is indented like no line above it: keys of one mapping, and items of one"
                                + " list, begin in one column (this block begins in line 1, column 1)"),
                Arguments.of(
                        "a: x\n b: 1\n",
                        "policy.yaml:2:3: is not valid YAML: mapping values are not allowed here: a key begins in"
                                + " the column of the key above it, and a text with \": \" needs quotes"),
                Arguments.of(
                        "m: [*]\n",
                        "policy.yaml:1:6: an alias is not allowed: write the value out, or put a text that begins"
                                + " with * in quotes"),
                Arguments.of("a: [1, 2\n", "policy.yaml:2:1: is not valid YAML: "),
                Arguments.of("a: \"\\UFFFFFFFF\"\n", "policy.yaml"),
                Arguments.of("%YAML 2.0\n---\na: 1\n", "policy.yaml"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void dangerousOrAmbiguousYamlIsRejected(String yaml, String message) {
        assertThat(failure(yaml)).hasMessageStartingWith(message);
    }

    @Test
    void aliasBombIsRejectedWithoutExpansion() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
        for (int i = 1; i < 30; i++) {
            bomb.append("a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1));
        }
        assertThat(failure(bomb.toString()).problems())
                .hasSize(30 + 29 * 2)
                .extracting(Problem::toString)
                .anyMatch(problem -> problem.startsWith("policy.yaml:2:10: an alias is not allowed: "));
    }

    @Test
    void unquotedStarIsOneProblem() {
        assertThat(failure("models: {*stub: {input: 1}}\n").problems())
                .extracting(Problem::toString)
                .containsExactly("policy.yaml:1:10: an alias is not allowed: write the value out, or put a text that"
                        + " begins with * in quotes");
        assertThat(failure("a: *x\nb: [1\n").problems())
                .as("a later mistake is not hidden")
                .hasSize(2);
    }

    @Test
    void deepNestingIsRejected() {
        assertThat(failure("a: " + "[".repeat(1_000_000)))
                .hasMessage("policy.yaml:1:35: is nested deeper than 32 levels");
        assertThat(failure("{a: ".repeat(100_000))).hasMessageContaining("is nested deeper than 32 levels");
    }

    @Test
    void tooManyValuesAreRejected() {
        assertThat(failure("[" + "a,".repeat(600_000) + "]")).hasMessageContaining("has more than 500000 values");
    }

    @Test
    void invalidUtf8IsRejectedWithItsPosition() {
        byte[] bytes = "a: 1\nb: \u00fcx".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigReader.parse(FILE, bytes)))
                .hasMessage("policy.yaml:2:4: is not valid UTF-8 from here on");
    }

    @Test
    void truncatedCharacterIsRejected() {
        byte[] bytes = {'a', ':', ' ', (byte) 0xE2, (byte) 0x82};
        assertThat(catchThrowableOfType(ConfigException.class, () -> ConfigReader.parse(FILE, bytes)))
                .hasMessage("policy.yaml:1:4: is not valid UTF-8 from here on");
    }

    @Test
    void utf16IsReported() {
        assertThat(catchThrowableOfType(
                        ConfigException.class,
                        () -> ConfigReader.parse(FILE, "a: 1".getBytes(StandardCharsets.UTF_16))))
                .hasMessage("policy.yaml:1:1: is UTF-16: expected UTF-8");
    }

    @Test
    void unusualFilesAreReported() throws IOException {
        Path loop = Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));
        Path large = Files.write(directory.resolve("large"), new byte[ConfigReader.MOST_BYTES + 1]);
        Path device = Path.of("/dev/zero");
        Assumptions.assumeTrue(Files.exists(device), "no /dev/zero");

        assertThat(reading(directory.resolve("none"))).hasMessage(directory.resolve("none") + ": does not exist");
        assertThat(reading(directory)).hasMessage(directory + ": is a directory: expected a file");
        assertThat(reading(loop)).hasMessageStartingWith(loop + ": cannot be read: ");
        assertThat(reading(large)).hasMessage(large + ": is larger than 16777216 bytes");
        assertThat(reading(device)).hasMessage("/dev/zero: is not a regular file");
    }

    @Test
    void unreadableFileIsReported() throws IOException {
        Path file = Files.writeString(directory.resolve("closed.yaml"), "a: 1");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
        Assumptions.assumeFalse(Files.isReadable(file), "this user may read everything");
        assertThat(reading(file)).hasMessage(file + ": cannot be read: permission denied");
    }

    @Test
    void randomBytesRaiseOnlyConfigExceptions() throws IOException {
        byte[] shipped = Files.readAllBytes(ShippedConfigTest.directory().resolve("policy.yaml"));
        Random random = new Random(7);
        String alphabet = "{}[]:,-?&*!|>'\"%@`#~ \n\t\\x0u";
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = shipped.clone();
            for (int i = random.nextInt(1, 12); i > 0; i--) {
                bytes[random.nextInt(bytes.length)] = random.nextInt(4) == 0
                        ? (byte) random.nextInt(256)
                        : (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
            try {
                Binder.bind(ConfigReader.parse(FILE, bytes), Policy.class);
            } catch (ConfigException e) {
                assertThat(e.problems()).isNotEmpty();
            }
        }
    }

    private static ConfigException reading(Path file) {
        return catchThrowableOfType(ConfigException.class, () -> ConfigReader.read(file));
    }

    private static ConfigNode parse(String yaml) throws ConfigException {
        return ConfigReader.parse(FILE, yaml.getBytes(StandardCharsets.UTF_8));
    }

    private static ConfigException failure(String yaml) {
        return catchThrowableOfType(ConfigException.class, () -> parse(yaml));
    }
}
