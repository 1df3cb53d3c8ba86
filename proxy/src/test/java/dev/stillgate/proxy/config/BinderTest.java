package dev.stillgate.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stillgate.spi.ByteSize;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Removed;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BinderTest {
    private static final String TOKEN = "swordfish-swordfish";

    @Removed(name = "bits", instead = "write requests")
    enum Measure {
        REQUESTS,
        INPUT_TOKENS
    }

    record Rate(long amount, Duration per) {
        static Rate parse(String text) {
            String[] parts = text.split("/", -1);
            if (parts.length != 2) {
                throw new IllegalArgumentException("\"" + text + "\" is no rate: expected one such as 50/1m");
            }
            return new Rate(Long.parseLong(parts[0]), Duration.ofMinutes(1));
        }
    }

    record Limit(
            String name,
            Measure measure,
            long capacity,
            @Nullable Rate refill) {
        Limit {
            if (capacity < 1) {
                throw new PolicyException("capacity", "expected at least 1");
            }
            if (name.isEmpty()) {
                throw new IllegalArgumentException("a limit needs a name");
            }
        }
    }

    @Removed(name = "hue", instead = "remove it")
    record Everything(
            @Nullable Integer whole,
            @Nullable Long large,
            @Nullable Double real,
            @Nullable Boolean flag,
            @Nullable String text,
            @Nullable Measure measure,
            @Nullable Duration time,
            @Nullable Path file,
            @Nullable ByteSize size,
            @Nullable Rate rate,
            @Nullable List<Limit> limits,
            @Nullable Set<Integer> numbers,
            @Nullable Map<Measure, Duration> times,
            @Nullable ConfigNode raw,
            @Default("7") int seven,
            @Nullable @Secret String secret) {}

    record Unbindable(@Nullable Thread thread) {}

    record Failing(int x) {
        Failing {
            throw new ArithmeticException("x = " + x);
        }
    }

    @TempDir
    private Path directory;

    @Test
    void supportedTypesAreBound() throws ConfigException {
        Everything all = bind("""
                whole: -5
                large: 9223372036854775807
                real: 1e3
                flag: true
                text: "5"
                measure: input-tokens
                time: 500ms
                file: geo/country.mmdb
                size: 32MiB
                rate: 50/1m
                limits: [{name: a, measure: requests, capacity: 3}]
                numbers: [3, 1, 2]
                times: {requests: 14d, input-tokens: off}
                raw: [x]
                """);
        assertThat(all)
                .isEqualTo(new Everything(
                        -5,
                        Long.MAX_VALUE,
                        1000.0,
                        true,
                        "5",
                        Measure.INPUT_TOKENS,
                        Duration.ofMillis(500),
                        Path.of("conf/geo/country.mmdb"),
                        new ByteSize(32 << 20),
                        new Rate(50, Duration.ofMinutes(1)),
                        List.of(new Limit("a", Measure.REQUESTS, 3, null)),
                        Set.of(1, 2, 3),
                        Map.of(Measure.REQUESTS, Duration.ofDays(14), Measure.INPUT_TOKENS, Duration.ZERO),
                        all.raw(),
                        7,
                        null));
        assertThat(all.numbers()).containsExactly(3, 1, 2);
        assertThat(all.raw()).isInstanceOf(ConfigNode.Sequence.class);
        assertThatThrownBy(() -> all.limits().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void absentAndEmptyValuesAreNullOrTheDefault() throws ConfigException {
        assertThat(bind("{whole: , seven: ~, limits: null}")).isEqualTo(bind("{}"));
        assertThat(bind("{}").seven()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "whole: 2147483648 | 1:8: expected a whole number between -2147483648 and 2147483647, found the number 2147483648",
                "large: 9223372036854775808 | 1:8: expected a whole number between -9223372036854775808 and 9223372036854775807, found the number 9223372036854775808",
                "whole: 5.0 | 1:8: expected a whole number, found the number 5.0",
                "whole: '5' | 1:8: expected a whole number, found the text \"5\"",
                "whole: [5] | 1:8: expected a whole number, found a list",
                "whole: {} | 1:8: expected a whole number, found keys and values",
                "real: 1e9999 | 1:7: expected a number in the range of a double, found the number 1e9999",
                "real: .nan | 1:7: expected a number, found the number .nan",
                "flag: yes | 1:7: expected true or false, found the text \"yes\"",
                "flag: 1 | 1:7: expected true or false, found the number 1",
                "text: 5 | 1:7: expected a text, found the number 5: put it in quotes if it is meant as text",
                "text: true | 1:7: expected a text, found the boolean true: put it in quotes if it is meant as text",
                "measure: inputtokens | 1:10: unknown value \"inputtokens\", did you mean \"input-tokens\"? (known: requests, input-tokens)",
                "measure: Bytes | 1:10: unknown value \"Bytes\" (known: requests, input-tokens)",
                "time: 30 | 1:7: expected a time such as 500ms, 30s, 5m, 12h, 14d or off, found the number 30",
                "time: -3s | 1:7: expected a time such as 500ms, 30s, 5m, 12h, 14d or off, found the text \"-3s\"",
                "time: 999999999999999d | 1:7: expected a time of at most 3650d, found the text \"999999999999999d\"",
                "size: 32MB | 1:7: expected a size such as 512, 64KiB, 32MiB or 2GiB, found the text \"32MB\"",
                "size: 9223372036854775807GiB | 1:7: expected a size of at most 9223372036854775807 bytes, found the text \"9223372036854775807GiB\"",
                "file: '' | 1:7: expected the name of a file, found the text \"\"",
                "rate: fast | 1:7: \"fast\" is no rate: expected one such as 50/1m",
                "rate: [1] | 1:7: expected a text, found a list",
                "limits: 3 | 1:9: expected a list, found the number 3",
                "limits: [3] | 1:10: expected keys and values (name, measure, capacity, refill), found the number 3",
                "limits: [{name: a, measure: requests}] | 1:10: the key \"capacity\" is missing",
                "limits: [{name: a, measure: requests, capacity: }] | 1:48: the key \"capacity\" has no value",
                "limits: [{name: a, measure: requests, capacity: 0}] | 1:49: capacity: expected at least 1",
                "limits: [{name: '', measure: requests, capacity: 1}] | 1:10: a limit needs a name",
                "numbers: [1, 2, 1] | 1:17: duplicate value",
                "times: {bytes: 1s} | 1:9: unknown value \"bytes\" (known: requests, input-tokens)",
                "measure: bits | 1:10: \"bits\" is not used any more: write requests",
                "times: {bits: 1s} | 1:9: \"bits\" is not used any more: write requests",
                "hue: 1 | 1:1: \"hue\" is not used any more: remove it",
                "times: [] | 1:8: expected keys and values, found a list",
                "capcity: 1 | 1:1: unknown key \"capcity\" (known: whole, large, real, flag, text, measure, time, file, size, rate, limits, numbers, times, raw, seven, secret); keys of its type stand under \"raw\"",
                "sise: 1 | 1:1: unknown key \"sise\", did you mean \"size\"? (known: whole, large, real, flag, text, measure, time, file, size, rate, limits, numbers, times, raw, seven, secret)",
                "just text | 1:1: expected keys and values (whole, large, real, flag, text, measure, time, file, size, rate, limits, numbers, times, raw, seven, secret), found the text \"just text\"",
            })
    void problemsHaveTheirPosition(String yaml, String message) {
        assertThat(failure(yaml, Everything.class)).hasMessage("conf/policy.yaml:" + message);
    }

    @Test
    void problemsAreCollected() {
        assertThat(failure("""
                        whole: x
                        limits:
                          - {name: a, measure: requests, capacity: 0, capcity: 3}
                          - {name: b, measure: tokens, capacity: 1}
                        colour: red
                        """, Everything.class).problems())
                .extracting(problem -> problem.at().line() + ":" + problem.at().column())
                .containsExactlyInAnyOrder("1:8", "3:47", "4:24", "5:1");
    }

    @Test
    void controlCharactersInMessagesAreEscaped() {
        assertThat(failure("\"a\\nb\\e[31m\\u202e\": 1", Everything.class))
                .message()
                .contains("unknown key \"a\\u000ab\\u001b[31m\\u202e\"")
                .doesNotContain("\n", "\u001b", "\u202e");
    }

    @Test
    void messagesAreBounded() {
        assertThat(failure("{" + "x".repeat(100_000) + ": 1}", Everything.class).getMessage())
                .hasSizeLessThan(1_000);
    }

    @Test
    void failureOfAPluginsRecordIsAProblem() {
        assertThat(failure("x: 5", Failing.class))
                .hasMessage("conf/policy.yaml:1:1: is invalid: java.lang.ArithmeticException: x = 5");
        assertThat(failure("thread: x", Unbindable.class)).message().contains("1:9:", "java.lang.Thread");
    }

    @Test
    void secretsComeFromTheEnvironmentInPartOrWhole() throws ConfigException {
        assertThat(bind("secret: '${A}'").secret()).isEqualTo(TOKEN);
        assertThat(bind("secret: 'x-${A}-$${A}-$5'").secret()).isEqualTo("x-" + TOKEN + "-${A}-$5");
        assertThat(bind("text: '${A}'").text()).isEqualTo("${A}");
    }

    @Test
    void secretsComeFromFiles() throws Exception {
        Files.writeString(directory.resolve("key"), TOKEN + "\n");
        Path file = directory.resolve("policy.yaml");
        assertThat(Binder.bind(parse(file, "secret: file:key"), Everything.class)
                        .secret())
                .isEqualTo(TOKEN);
        assertThat(catchThrowableOfType(
                        ConfigException.class, () -> Binder.bind(parse(file, "secret: file:."), Everything.class)))
                .hasMessage(file + ":1:9: \"file:.\" is a directory: expected a file");
    }

    @Test
    void valueThatLooksLikeAReferenceIsNotResolved() throws ConfigException {
        Environment environment = name -> "file:/etc/passwd";
        assertThat(Binder.bind(parse(Path.of("x"), "secret: '${A}'"), Everything.class, environment)
                        .secret())
                .isEqualTo("file:/etc/passwd");
        environment = name -> "${B}";
        assertThat(Binder.bind(parse(Path.of("x"), "secret: '${A}'"), Everything.class, environment)
                        .secret())
                .isEqualTo("${B}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'${NONE}' | the environment variable NONE is not set",
                "'${A' | expected ${NAME} with the name of an environment variable, or $${",
                "'${A:-x}' | expected ${NAME} with the name of an environment variable, or $${",
                "'file:none' | \"file:none\" does not exist",
                "[x] | expected a secret: ${NAME} of the environment, or file:PATH",
            })
    void missingSecretIsReported(String value, String message) {
        assertThat(failure("secret: " + value, Everything.class)).hasMessage("conf/policy.yaml:1:9: " + message);
    }

    @Test
    void secretIsInNoMessage() {
        assertThat(failure("secret: [" + TOKEN + "]", Everything.class))
                .message()
                .doesNotContain(TOKEN);
        assertThat(failure("hashing: {h1: short-secret}", StillgateConfig.class))
                .message()
                .doesNotContain("short-secret")
                .contains("1:15: hashing.h1: the secret has 12 characters: expected at least 16");
        assertThat(failure("hashing: {h1: '${A}', x1: '${A}'}", StillgateConfig.class))
                .message()
                .doesNotContain(TOKEN);
    }

    @Test
    void nodesDoNotPrintTheirValues() throws ConfigException {
        assertThat(parse(Path.of("x"), "a: {b: [" + TOKEN + "]}").toString()).doesNotContain(TOKEN);
    }

    private static ConfigNode parse(Path file, String yaml) throws ConfigException {
        return ConfigReader.parse(file, yaml.getBytes(StandardCharsets.UTF_8));
    }

    private static Everything bind(String yaml) throws ConfigException {
        return Binder.bind(parse(Path.of("conf/policy.yaml"), yaml), Everything.class, Map.of("A", TOKEN)::get);
    }

    private static ConfigException failure(String yaml, Class<? extends Record> type) {
        return catchThrowableOfType(
                ConfigException.class,
                () -> Binder.bind(parse(Path.of("conf/policy.yaml"), yaml), type, Map.of("A", TOKEN)::get));
    }
}
