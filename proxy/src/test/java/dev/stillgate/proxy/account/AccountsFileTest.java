package dev.stillgate.proxy.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import java.io.BufferedWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("slow")
class AccountsFileTest {
    private static final String A = "h1:0000000000000001000000000000000a";
    private static final String B = "h1:0000000000000002000000000000000b";
    private static final String PLAIN = """
            # what is known
            accounts:
              - {id: a-17, keys: ["%s", '%s'], organisation: org-9, tier: standard, verified: true, created: 2026-01-12}

              # no more is known of this one
              - {id: a-18, keys: []}
            """.formatted(A, B);

    @TempDir
    private Path directory;

    static Stream<String> spellings() {
        return Stream.of(
                PLAIN,
                PLAIN.replace("\n", "\r\n"),
                "\uFEFF" + PLAIN,
                "---\n" + PLAIN + "...\n",
                PLAIN.replace("a-17", "\"a\\u002d17\""),
                PLAIN.replace("a-18, keys: []", "a-18"),
                """
                accounts:
                - id: a-17
                  keys:
                    - %s
                    - "%s"
                  organisation: "org-9"
                  tier: >-
                    standard
                  verified: TRUE
                  created: '2026-01-12'
                - id: a-18
                  keys: []
                  tier: null
                """.formatted(A, B.replace('b', 'B')));
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void spellingsAreEquivalent(String yaml) throws Exception {
        AccountTable table = AccountsFile.load(write(yaml), List.of("h1")).table();

        assertThat(table.accounts()).isEqualTo(2);
        assertThat(table.keys()).isEqualTo(2);
        assertThat(table.find(0, 1, 10))
                .isEqualTo(new Account("a-17", Trust.LISTED, "org-9", "standard", true, LocalDate.of(2026, 1, 12)))
                .isSameAs(table.find(0, 2, 11));
        assertThat(table.find(0, 1, 11)).isNull();
    }

    @Test
    void fastParserAcceptsOnlyTheSimpleForm() throws IOException {
        assertThat(fast(PLAIN)).isTrue();
        assertThat(fast(PLAIN.stripTrailing())).isTrue();
        assertThat(fast(PLAIN.replace("}", "} # é"))).isTrue();
        assertThat(fast(PLAIN.replace("org-9", "'Müller 中'"))).isTrue();
        assertThat(fast(PLAIN.replace("\n", "\r\n"))).isTrue();
        for (String other : List.of(
                "",
                "accounts:\n",
                "accounts: []\n",
                "accounts:\n- {id: ~, keys: []}\n",
                "accounts:\n- {id: null, keys: []}\n",
                "accounts:\n- {id: a, keys: []}# x\n",
                "accounts:\n- {id: a, keys: []}\n - {id: b, keys: []}\n",
                "accounts:\n- {id: a, id: b, keys: []}\n",
                "accounts:\n- {id: a}\n",
                "accounts:\n- {id:a, keys: []}\n",
                "accounts:\n- {id: a: b, keys: []}\n",
                "accounts:\n- {id: 'it''s', keys: []}\n",
                "accounts:\n-\t{id: a, keys: []}\n",
                "accounts:\n- {id: é, keys: []}\n",
                "accounts:\n- {id: \"a\n",
                "accounts:\n- {id: a, keys: [\n")) {
            assertThat(fast(other)).as(other).isFalse();
        }
    }

    @Test
    void emptyListIsValid() throws Exception {
        assertThat(AccountsFile.load(write("accounts: []\n"), List.of("h1"))
                        .table()
                        .accounts())
                .isZero();
        assertThat(AccountsFile.load(write("accounts:\n"), List.of("h1"))
                        .table()
                        .accounts())
                .isZero();
    }

    static Stream<Arguments> bad() {
        return Stream.of(
                Arguments.of("", ": is empty"),
                Arguments.of("[]", ":1:1: expected the key \"accounts\""),
                Arguments.of("acounts: []", ":1:1: expected the key \"accounts\""),
                Arguments.of("accounts: []\nmore: 1", ":2:1: expected no key but \"accounts\""),
                Arguments.of("accounts: []\n---\na: 1", ":2:1: a second document starts here: expected one in a file"),
                Arguments.of("accounts: {}", ":1:11: expected a list of accounts"),
                Arguments.of("accounts: [a]", ":1:12: expected an account such as"),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [" + A + "]}\n- {id: a, keys: []}", ":3:3: duplicate id \"a\""),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [" + A + "]}\n- {id: b, keys: [" + A + "]}",
                        ":3:3: duplicate key " + A),
                Arguments.of("accounts:\n- {id: a, keys: [], id: b}", ":2:21: duplicate key \"id\""),
                Arguments.of("accounts:\n- {keys: []}", ":2:3: the key \"id\" is missing"),
                Arguments.of("accounts:\n- {id: , keys: []}", ":2:7: expected a text, found nothing"),
                Arguments.of("accounts:\n- {id: \"\", keys: []}", ":2:8: a text of 0 characters: expected 1 to 128"),
                Arguments.of(
                        "accounts:\n- {id: " + "a".repeat(129) + ", keys: []}",
                        ":2:8: a text of 129 characters: expected 1 to 128"),
                Arguments.of(
                        "accounts:\n- {id: \"a\\nb\", keys: []}",
                        ":2:8: control characters are not allowed: \"a\\u000ab\""),
                Arguments.of(
                        "accounts:\n- {id: anonymous, keys: []}",
                        ":2:8: the id \"anonymous\" is reserved for unlisted accounts"),
                Arguments.of(
                        "accounts:\n- {id: \"" + A + "\", keys: []}",
                        ":2:8: the id \"" + A + "\" is reserved for unlisted accounts"),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [sk-secret-key]}",
                        ":2:18: expected a hash from `stillgate hash-key`, h1: and 32 hex digits"),
                Arguments.of("accounts:\n- {id: a, keys: [h1:00]}", ":2:18: expected a hash"),
                Arguments.of("accounts:\n- {id: a, keys: h1}", ":2:17: expected a list of hashes"),
                Arguments.of("accounts:\n- {id: [a], keys: []}", ":2:8: expected a text"),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], verified: yes}",
                        ":2:31: expected true or false, found \"yes\""),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], created: 2026-02-30}",
                        ":2:30: expected a date such as 2026-01-12, found \"2026-02-30\""),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], teir: x}",
                        ":2:21: unknown key \"teir\" (known: id, keys, organisation, tier, verified, created)"),
                Arguments.of("accounts:\n- &x {id: a, keys: []}", ":2:3: an anchor is not allowed"),
                Arguments.of("accounts:\n- {id: *x, keys: []}", ":2:8: an alias is not allowed: write the value out"),
                Arguments.of("accounts:\n- {id: !!str a, keys: []}", ":2:8: a tag is not allowed"),
                Arguments.of("accounts:\n- {id: a, keys: []", ":2:19: is not valid YAML: "),
                Arguments.of("accounts:\n- {id: a\u0000, keys: []}", ":2:9: a NUL byte is not allowed"),
                Arguments.of(
                        "accounts:\r\n- {id: é\u009b, keys: []}", ":2:9: the control character U+009B is not allowed"),
                Arguments.of("accounts: " + "[".repeat(100_000), ":1:12: expected an account"));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void problemsHaveTheirPosition(String yaml, String message) throws IOException {
        Path file = write(yaml);
        assertThat(failure(file)).hasMessageStartingWith(file + message);
    }

    @Test
    void invalidValuesAreAllReported() throws IOException {
        Path file = write("accounts:\n- {id: a, keys: [x], verified: no}\n- {id: b, keys: [], created: now}\n");
        assertThat(failure(file).problems())
                .extracting(problem -> problem.at().line())
                .containsExactly(2, 2, 3);
    }

    @Test
    void numberOfProblemsIsLimited() throws IOException {
        Path file = write("accounts:\n" + "- {id: a, keys: [x]}\n".repeat(5_000));
        assertThat(failure(file).problems()).hasSize(101);
    }

    @Test
    void keysAreNotInMessages() throws IOException {
        Path file = write("accounts:\n- {id: a, keys: [sk-secret-key]}");
        assertThat(failure(file)).message().doesNotContain("sk-secret-key");
    }

    @Test
    void invalidUtf8IsRejectedWithItsPosition() throws IOException {
        Path file = directory.resolve("accounts.yaml");
        Files.write(file, ("accounts:\n- {id: \u00fc, keys: []}\n").getBytes(StandardCharsets.ISO_8859_1));
        assertThat(failure(file)).hasMessage(file + ":2:8: is not valid UTF-8 from here on");
    }

    @Test
    void unusualFilesAreReported() {
        assertThat(failure(directory)).hasMessage(directory + ": is a directory: expected a file");
        assertThat(failure(directory.resolve("none"))).hasMessage(directory.resolve("none") + ": does not exist");
    }

    @Test
    void keysOfAnUnknownSecretCauseAWarning() throws Exception {
        Path file = write(PLAIN.replace("'h1:", "'h7:"));
        AccountsFile.Loaded loaded = AccountsFile.load(file, List.of("h2", "h1"));
        assertThat(loaded.warnings())
                .singleElement()
                .hasToString(file + ": 1 keys refer to the secret h7, which hashing in stillgate.yaml does not have:"
                        + " requests with them are not recognised");
        assertThat(loaded.table().keys()).isEqualTo(1);
        assertThat(loaded.table().find(1, 1, 10)).isNotNull();
    }

    /** Fuzz test: every file that the fast parser accepts gives the same result with the full parser. */
    @Test
    void fastParserAgreesWithTheFullParser() throws Exception {
        Random random = new Random(11);
        String alphabet = "{}[]:,-?&*!|>'\"%@`#~ \n\t\\x0un/+.h1é中\u2028\u0085";
        int read = 0;
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(PLAIN);
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                int at = random.nextInt(text.length());
                char c = alphabet.charAt(random.nextInt(alphabet.length()));
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, c);
                    case 1 -> text.insert(at, c);
                    default -> text.deleteCharAt(at);
                }
            }
            AccountEntries entries = new AccountEntries(List.of("h1"));
            if (AccountLines.read(stream(text.toString()), entries)) {
                read++;
                // the document end marker makes the fast parser give up, so this is the full parser's result
                AccountTable parsed = AccountsFile.load(write(text + "\n...\n"), List.of("h1"))
                        .table();
                AccountTable fast = entries.build();
                assertThat(fast.accounts()).as(text.toString()).isEqualTo(parsed.accounts());
                assertThat(fast.keys()).as(text.toString()).isEqualTo(parsed.keys());
                assertThat(fast.find(0, 1, 10)).as(text.toString()).isEqualTo(parsed.find(0, 1, 10));
                assertThat(fast.find(0, 2, 11)).as(text.toString()).isEqualTo(parsed.find(0, 2, 11));
            }
        }
        assertThat(read).isGreaterThan(1_000);
    }

    /** Time and memory of a large file; {@code -Dstillgate.accounts=1000000} sets the number of entries. */
    @Test
    void largeFileIsReadFastWithLittleMemory() throws Exception {
        int count = Integer.getInteger("stillgate.accounts", 100_000);
        Path file = directory.resolve("accounts.yaml");
        Random random = new Random(1);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("accounts:\n");
            for (int i = 0; i < count; i++) {
                out.write(
                        "  - {id: a-%d, keys: [\"h1:%016x%016x\"], organisation: org-%d, tier: standard, verified: true, created: 2026-01-%02d}\n"
                                .formatted(i, random.nextLong(), random.nextLong(), i % 9_000, 1 + i % 28));
            }
        }
        long before = heap();
        long start = System.nanoTime();
        AccountTable table = AccountsFile.load(file, List.of("h1")).table();
        double seconds = (System.nanoTime() - start) / 1e9;
        double bytes = (heap() - before) / (double) count;

        System.out.printf("%d accounts: %.2f s, %.0f B of heap an account%n", count, seconds, bytes);
        assertThat(table.accounts()).isEqualTo(count);
        Random again = new Random(1);
        for (int i = 0; i < count; i++) {
            assertThat(table.find(0, again.nextLong(), again.nextLong()).id().equals("a-" + i))
                    .isTrue();
        }
        assertThat(bytes).isLessThan(200);
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static boolean fast(String yaml) throws IOException {
        return AccountLines.read(stream(yaml), new AccountEntries(List.of("h1")));
    }

    private static ByteArrayInputStream stream(String yaml) {
        return new ByteArrayInputStream(yaml.getBytes(StandardCharsets.UTF_8));
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("accounts.yaml"), yaml);
    }

    private static ConfigException failure(Path file) {
        return catchThrowableOfType(ConfigException.class, () -> AccountsFile.load(file, List.of("h1")));
    }
}
