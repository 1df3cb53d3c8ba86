package dev.stillgate.proxy.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.stillgate.proxy.config.ConfigException;
import dev.stillgate.spi.Access;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Account.Trust;
import dev.stillgate.spi.Network;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class AccountsFileTest {
    private static final String A = "h1:0000000000000001000000000000000a";
    private static final String B = "h1:0000000000000002000000000000000b";
    private static final String PAYMENT = "h:0123456789abcdefABCD-_";
    private static final String DEVICE = "h:" + "0f".repeat(32);
    private static final String PLAIN = """
            # what is known
            accounts:
              - {id: a-17, keys: ["%s", '%s'], organisation: org-9, tier: standard, region: EU-west, verified: true,\
             created: 2026-01-12T09:30:07+01:00, facts: {payment: "%s", device: %s}}

              # no more is known of this one
              - {id: a-18, keys: []}
            """.formatted(A, B, PAYMENT, DEVICE);
    private static final String RESTRICTED = PLAIN.replace(
                    "keys: []", "models: [m-*, 'a b'], networks: [10.0.0.0/8, \"::1\"], until: 2026-01-12, keys: []")
            .replace(
                    ", organisation",
                    ", models: [\"*\", m-1:0], until: 2027-01-01T01:00:00Z, disabled: false" + ", organisation");

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
                  region: EU-west
                  verified: TRUE
                  created: '2026-01-12T08:30:07.5Z'
                  facts:
                    device: '%s'
                    payment: "%s"
                    referrer: ~
                - id: a-18
                  keys: []
                  tier: null
                  facts:
                """.formatted(A, B.replace('b', 'B'), DEVICE, PAYMENT));
    }

    @ParameterizedTest
    @MethodSource("spellings")
    void spellingsAreEquivalent(String yaml) throws Exception {
        AccountTable table = AccountsFile.load(write(yaml), List.of("h1")).table();

        assertThat(table.accounts()).isEqualTo(2);
        assertThat(table.keys()).isEqualTo(2);
        assertThat(table.find(0, 1, 10))
                .isEqualTo(new Account(
                        "a-17",
                        Trust.LISTED,
                        "org-9",
                        "standard",
                        true,
                        Instant.parse("2026-01-12T08:30:07Z"),
                        Map.of("payment", PAYMENT, "device", DEVICE),
                        "EU-west",
                        null))
                .isSameAs(table.find(0, 2, 11));
        assertThat(table.find(0, 1, 11)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"- {id: a, keys: [%s], decoy: true}", "- id: a\n  decoy: True\n  keys: [%s]"})
    void decoyIsAFactThatNoOtherLineSets(String entry) throws Exception {
        Account account = AccountsFile.load(write("accounts:\n" + entry.formatted(A) + '\n'), List.of("h1"))
                .table()
                .find(0, 1, 10);
        assertThat(Objects.requireNonNull(account).facts()).containsOnlyKeys(Account.DECOY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- {id: a, keys: [%s], models: [claude-*, \"gpt-5\"], networks: [10.0.0.0/8, \"2001:db8::/32\"],"
                        + " until: 2026-12-31, disabled: true}",
                "- id: a\n  keys: [%s]\n  models: [claude-*, gpt-5]\n  networks:\n  - 10.0.0.0/8\n"
                        + "  - 2001:db8::/32\n  until: 2027-01-01T01:00:00+01:00\n  disabled: True"
            })
    void restrictionsAreRead(String entry) throws Exception {
        String file = "accounts:\n" + entry.formatted(A) + '\n';
        Access expected = new Access(
                List.of("claude-*", "gpt-5"),
                List.of(Network.parse("10.0.0.0/8"), Network.parse("2001:db8::/32")),
                Instant.parse("2027-01-01T00:00:00Z"),
                true);
        Account account = AccountsFile.load(write(file), List.of("h1")).table().find(0, 1, 10);
        assertThat(Objects.requireNonNull(account).access()).isEqualTo(expected);
        assertThat(AccountsFile.byId(write(file)).get("a")).isEqualTo(account);
        assertThat(fast(file)).isEqualTo(entry.startsWith("- {"));
    }

    @Test
    void restrictionsBelongToTheirAccount() throws Exception {
        String entries = "accounts:\n";
        for (int i = 0; i < 200; i++) {
            String access = switch (i % 4) {
                case 0 -> "";
                case 1 -> ", until: 2026-01-%02d".formatted(1 + i % 28);
                case 2 -> ", models: [m-" + i % 6 + "]";
                default -> ", until: 2999-01-01";
            };
            entries += "- {id: a-%d, keys: [\"h1:%016x%016x\"]%s}\n".formatted(i, 9L * i, i, access);
        }
        assertThat(fast(entries)).isTrue();
        AccountTable table = AccountsFile.load(write(entries), List.of("h1")).table();
        for (int i = 0; i < 200; i++) {
            Access access = Objects.requireNonNull(table.find(0, 9L * i, i)).access();
            Access expected = switch (i % 4) {
                case 0 -> null;
                case 1 ->
                    new Access(
                            List.of(),
                            List.of(),
                            Instant.parse("2026-01-01T00:00:00Z").plus(Duration.ofDays(1 + i % 28)),
                            false);
                case 2 -> new Access(List.of("m-" + i % 6), List.of(), null, false);
                default -> new Access(List.of(), List.of(), null, false);
            };
            assertThat(access).as("a-" + i).isEqualTo(expected);
        }
    }

    @Test
    void fastParserAcceptsOnlyTheSimpleForm() throws IOException {
        assertThat(fast(PLAIN)).isTrue();
        assertThat(fast(PLAIN.stripTrailing())).isTrue();
        assertThat(fast(PLAIN.replace("keys: []", "keys: [], decoy: true"))).isTrue();
        assertThat(fast(PLAIN.replace("}\n", "} # é\n"))).isTrue();
        assertThat(fast(PLAIN.replace("a-18, keys: []", "a-18, keys: [], facts: { }")))
                .isTrue();
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
                "accounts:\n- {id: a:, keys: []}\n",
                "accounts:\n- {id: a, keys: [], facts: }\n",
                "accounts:\n- {id: a, keys: [], facts: {payment}}\n",
                "accounts:\n- {id: a, keys: [], facts: {payment:h:0123456789abcdefABCD-_}}\n",
                "accounts:\n- {id: a, keys: [], facts: {\"payment\": h:0123456789abcdefABCD-_}}\n",
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
                        "accounts:\n- {id: a, keys: [], decoy: yes}", ":2:28: expected true or false, found \"yes\""),
                Arguments.of(
                        "accounts:\n- {id: a, decoy: true, verified: true}",
                        ":2:3: decoy: expected an account without verified, organisation, models,"),
                Arguments.of(
                        "accounts:\n- {id: a, decoy: true, organisation: o}",
                        ":2:3: decoy: expected an account without verified, organisation, models,"),
                Arguments.of("accounts:\n- {id: a, decoy: true, disabled: true}", ":2:3: decoy: expected an account"),
                Arguments.of("accounts:\n- {id: a, disabled: on}", ":2:21: expected true or false, found \"on\""),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], until: tomorrow}",
                        ":2:28: expected a date such as 2026-01-12, or a time"),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], models: []}",
                        ":2:29: expected at least one of the models; `disabled: true` refuses all requests"),
                Arguments.of("accounts:\n- {id: a, models: }", ":2:18: expected a list of models"),
                Arguments.of("accounts:\n- {id: a, models: gpt-5}", ":2:19: expected a list of models"),
                Arguments.of("accounts:\n- {id: a, models: [~]}", ":2:20: expected a text, found nothing"),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], models: [a*b]}",
                        ":2:30: expected * at the end only, found \"a*b\""),
                Arguments.of(
                        "accounts:\n- {id: a, models: [" + "x,".repeat(65) + "]}",
                        ":2:148: more than 64 models for one account"),
                Arguments.of("accounts:\n- {id: a, networks: []}", ":2:21: expected at least one of the networks"),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], networks: [10.0.0.1/8]}",
                        ":2:32: \"10.0.0.1/8\" is not a network: it has bits set after its prefix of 8"),
                Arguments.of(
                        "accounts:\n- {id: a, networks: [" + "10.0.0.1,".repeat(65) + "]}",
                        ":2:598: more than 64 networks for one account"),
                Arguments.of(
                        "accounts:\n- {id: a, facts: {decoy: " + PAYMENT + "}}",
                        ":2:26: decoy is not a fact: expected decoy: true beside the facts"),
                Arguments.of(
                        "accounts:\n- {id: a, region: E/U}",
                        ":2:19: a region: expected 1 to 16 letters, digits and hyphens, found \"E/U\""),
                Arguments.of("accounts:\n- {id: a, region: " + "a".repeat(17) + "}", ":2:19: a region"),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], created: 2026-02-30}",
                        ":2:30: expected a date such as 2026-01-12, or a time such as 2026-01-12T08:30:00Z with its zone, found \"2026-02-30\""),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], teir: x}",
                        ":2:21: unknown key \"teir\" (known: id, keys, organisation, tier, region, verified, created, decoy, facts, models,"
                                + " networks, until, disabled)"),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], created: '2026-01-12T08:30:00'}",
                        ":2:30: expected a date such as 2026-01-12, or a time"),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], created: 2026-01-12T24:00:00Z}",
                        ":2:30: expected a date such as"),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], created: 2026-01-12T1x:00:00Z}",
                        ":2:30: expected a date such as"),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], created: 2026-01-12x08}", ":2:30: expected a date such as"),
                Arguments.of(
                        "accounts:\n- {id: a, keys: [], created: +999999999-01-01}", ":2:30: expected a date such as"),
                Arguments.of(
                        "accounts:\n- {id: a, facts: {email-domain: ann@example.com}}",
                        ":2:33: the fact email-domain is not a hash: expected h: and 22 to 64 letters, digits, - or _,"
                                + " as `stillgate hash-fact email-domain` prints it"),
                Arguments.of(
                        "accounts:\n- {id: a, facts: {payment: 4111111111111111}}", ":2:28: the fact payment is not"),
                Arguments.of(
                        "accounts:\n- {id: a, facts: {payment: h:0123456789abcdefABCD-}}", ":2:28: the fact payment"),
                Arguments.of(
                        "accounts:\n- {id: a, facts: {payment: h:" + "a".repeat(65) + "}}", ":2:28: the fact payment"),
                Arguments.of("accounts:\n- {id: a, facts: {payment: \"h:" + "é".repeat(22) + "\"}}", ":2:28: the fact"),
                Arguments.of("accounts:\n- {id: a, facts: {payment: " + A + "}}", ":2:28: the fact payment is not"),
                Arguments.of("accounts:\n- {id: a, facts: {payment: []}}", ":2:28: expected a text"),
                Arguments.of(
                        "accounts:\n- {id: a, facts: [payment]}", ":2:18: expected facts such as {payment: \"h:…\"}"),
                Arguments.of("accounts:\n- {id: a, facts: {[a]: b}}", ":2:19: expected the name of a fact"),
                Arguments.of(
                        "accounts:\n- {id: a, facts: {Payment: " + PAYMENT + "}}", ":2:28: a fact's name: expected 1"),
                Arguments.of(
                        "accounts:\n- {id: a, facts: {" + "a".repeat(41) + ": " + PAYMENT + "}}",
                        ":2:62: a fact's name: expected 1 to 40 of a-z, 0-9 and -"),
                Arguments.of(
                        "accounts:\n- {id: a, facts: {a: " + PAYMENT + ", a: " + PAYMENT + "}}",
                        ":2:51: duplicate fact \"a\""),
                Arguments.of(
                        "accounts:\n- {id: a, facts: {" + facts(0, 17) + "}}",
                        ":2:520: more than 16 facts for one account"),
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
    void clearTextOfFactsIsNotInMessages() throws IOException {
        Path file = write("accounts:\n- {id: a, facts: {email: ann@example.com, Ann Smith: h}}");
        assertThat(failure(file)).message().doesNotContain("ann@").doesNotContain("Ann");
    }

    @Test
    void numberOfDistinctFactsInAFileIsLimited() throws Exception {
        String entries = "accounts:\n";
        for (int i = 0; i < FactPool.MAX_NAMES / 16; i++) {
            entries += "- {id: a-%d, keys: [], facts: {%s}}\n".formatted(i, facts(16 * i, 16));
        }
        assertThat(AccountsFile.byId(write(entries)).get("a-3").facts()).hasSize(16);
        assertThat(failure(write(entries + "- {id: b, facts: {%s}}".formatted(facts(99, 1)))))
                .hasMessageEndingWith(":6:3: more than 64 different facts");
    }

    private static String facts(int first, int count) {
        return IntStream.range(first, first + count)
                .mapToObj(i -> "f%02d: %s".formatted(i, PAYMENT))
                .collect(Collectors.joining(", "));
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
        String alphabet = "{}[]:,-?&*!|>'\"%@`#~ \n\t\\x0un/+.h1Tz_é中\u2028\u0085";
        int read = 0;
        for (int round = 0; round < 20_000; round++) {
            StringBuilder text = new StringBuilder(round % 2 == 0 ? PLAIN : RESTRICTED);
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
