package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.rig.GatewayRig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests, output and exit codes of {@code stillgate review} and {@code admin}, with a gateway whose filter has scripted pages. */
class ReviewCommandTest {
    private static final String TOKEN = "token-of-the-admin-api";

    /** A filter that reports the arguments of a decision as {@code decided}, and refuses by id. */
    private static final String REVIEWING = """
        context.adminView("review", new AdminView() {
            public Object of(String id) { return null; }
            public Object all() { return all(25); }
            public Object all(int limit) {
                return java.util.Map.of("size", limit, "items", java.util.List.of(java.util.Map.of(
                    "id", "c7", "kind", "cluster", "reasons", java.util.List.of("template"))));
            }
        });
        context.adminView("clusters", id -> switch (id) {
            case "c7", "c8" -> java.util.Map.of("id", id, "size", 41, "revision", 3, "members",
                java.util.stream.IntStream.range(0, 12).mapToObj(i -> "a-" + i).toList());
            default -> null;
        });
        context.adminView("accounts", id -> java.util.Map.of("standing", "marked"));
        for (String page : java.util.List.of("clusters", "accounts")) {
            for (String action : java.util.List.of("confirm", "refute", "hide", "unhide", "vouch", "unlabel")) {
                context.adminAction(page, action, (id, arguments) -> {
                    if ("".equals(arguments.get("by"))) {
                        throw new PolicyException("by", "expected a name");
                    }
                    if (id.equals("c8")) {
                        throw new ConflictException("cluster c8 has changed", java.util.Map.of("added",
                            java.util.stream.IntStream.range(0, 99).mapToObj(i -> "a-" + i).toList()));
                    }
                    return id.equals("unseen") ? null : new java.util.TreeMap<>(java.util.Map.of("id", id,
                        "members", 1, "decided", new java.util.TreeMap<>(arguments), "what", page + " " + action));
                });
            }
        }
        return (RequestFilter) exchange -> Verdict.ALLOW;\
        """;

    @TempDir
    private static Path directory;

    private static GatewayRig rig;
    private static Path config;

    @BeforeAll
    static void start() throws IOException {
        rig = GatewayRig.with()
                .toPort(1)
                .plugins(TestPlugins.in(directory, "reviewing", REVIEWING))
                .filters("[{name: behaviour, type: reviewing}]")
                .adminToken(TOKEN)
                .start();
        rig.bearing(TOKEN);
        config = Files.writeString(
                directory.resolve("stillgate.yaml"),
                "admin: {address: \"127.0.0.1:" + rig.adminPort() + "\", token: " + TOKEN + "}\n");
    }

    @AfterAll
    static void stop() {
        rig.close();
    }

    private static Lines review(String... arguments) {
        return run("review", arguments);
    }

    private static Lines admin(String... arguments) {
        return run("admin", arguments);
    }

    private static Lines run(String verb, String... arguments) {
        List<String> all = new ArrayList<>(List.of(verb));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--config", config.toString()));
        return Lines.of(all.toArray(new String[0]));
    }

    @Test
    void queueIsPrintedAsTable() {
        assertThat(review()).isEqualTo(new Lines(0, """
            behaviour: 1 of 25, most suspicious first
              ID  KIND     SIZE  UNLABELLED  REVISION  EVIDENCE  STANDING  IF CONFIRMED  SINCE  WHY
              c7  cluster     -           -         -         -  -         -             -      template
            """, ""));
        assertThat(review("--limit", "3").out()).startsWith("behaviour: 1 of 3, ");
        assertThat(review("--json", "--limit", "3").out())
                .startsWith("{\"filters\":{\"behaviour\":{")
                .contains("c7");
    }

    @Test
    void limitIsCheckedBeforeTheRequest() {
        for (String limit : List.of("0", "1001", "-1", "x", "")) {
            Lines run = review("--limit", limit);
            assertThat(run.exit()).as(limit).isEqualTo(2);
            assertThat(run.err()).contains("--limit");
        }
    }

    @Test
    void hiddenClustersAreCountedBelowTheTable() {
        assertThat(ReviewTable.of(Map.of(
                        "filters",
                        Map.of(
                                "behaviour",
                                Map.of("size", 0, "items", List.of(), "hidden", List.of(Map.of("id", "c7")))))))
                .isEqualTo("behaviour: nothing to review\n  hidden: 1; --json shows them\n");
    }

    @Test
    void subcommandsAreRefusedWithTheCommandThatReplacesThem() {
        for (String word : List.of("confirm", "refute", "hide", "unhide", "vouch", "unlabel")) {
            Lines run = review(word, "c7", "--by", "ann", "--why", "x");
            assertThat(run.exit()).as(word).isEqualTo(2);
            assertThat(run.err()).contains("stillgate admin POST /clusters/ID/" + word + " by=NAME why=TEXT");
        }
        assertThat(review("show", "c7").err()).contains("stillgate admin GET /clusters/ID");
        assertThat(review("c7").err()).contains("unknown argument \"c7\"");
        assertThat(review("--all").exit()).isEqualTo(2);
    }

    @Test
    void pageIsShownWithShortenedLists() {
        Lines run = admin("GET", "/clusters/c7");
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("revision: 3\n", "size: 41\n")
                .contains("members: [a-0, a-1, a-2, a-3, a-4, a-5, a-6, a-7, a-8, a-9, … 2 more]\n");
        assertThat(admin("GET", "/clusters/c7", "--json").out()).contains("\"a-11\"");
        assertThat(admin("GET", "/accounts/c7").out()).contains("standing: marked");
        assertThat(admin("GET", "/clusters/c3"))
                .isEqualTo(new Lines(1, "", "stillgate: the gateway has no /clusters/c3\n"));
    }

    @Test
    void actionSendsItsArguments() {
        Lines run = admin(
                "POST",
                "/clusters/c7/confirm",
                "by=ann",
                "why=same \"template\" = true",
                "for=30d",
                "revision:=3",
                "verified:=true",
                "promise:=0.01",
                "except:=[\"a-1\",\"a-2\"]");
        assertThat(run.err()).isEmpty();
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("id: c7\n", "what: clusters confirm")
                .contains("by: ann\n", "except: [a-1, a-2]\n", "for: 30d\n", "promise: 0.01\n", "revision: 3\n")
                .contains("verified: true\n", "why: same \"template\" = true\n");
        assertThat(admin("POST", "/accounts/a%2017/unlabel", "--json").out())
                .contains("\"id\":\"a 17\"", "accounts unlabel", "\"decided\":{}");
    }

    @Test
    void changedClusterIsReportedWithItsChanges() {
        assertThat(admin("POST", "/clusters/c8/confirm", "by=ann", "why=x", "revision:=2"))
                .isEqualTo(new Lines(1, "", """
            stillgate: 127.0.0.1:%d refuses: cluster c8 has changed
            added: [a-0, a-1, a-2, a-3, a-4, a-5, a-6, a-7, a-8, a-9, … 89 more]
            """.formatted(rig.adminPort())));
    }

    @Test
    void refusalNamesTheArgument() {
        Lines run = admin("POST", "/accounts/a-17/vouch", "by=", "why=x");
        assertThat(run.exit()).isOne();
        assertThat(run.err()).isEqualTo("stillgate: 127.0.0.1:" + rig.adminPort() + " refuses: by: expected a name\n");
        assertThat(admin("POST", "/accounts/unseen/unlabel").err()).endsWith(" refuses: not known\n");
    }

    @Test
    void wrongUsageExitsWithTwo() {
        for (List<String> wrong : List.of(
                List.<String>of(),
                List.of("GET"),
                List.of("PUT", "/clusters/c7"),
                List.of("GET", "clusters/c7"),
                List.of("GET", "/accounts/a 17"),
                List.of("GET", "/clusters/c7#x"),
                List.of("GET", "/clusters/c7", "a=b"),
                List.of("POST", "/clusters/c7/confirm", "by"),
                List.of("POST", "/clusters/c7/confirm", "=ann"),
                List.of("POST", "/clusters/c7/confirm", ":=3"),
                List.of("POST", "/clusters/c7/confirm", "revision:=three"),
                List.of("POST", "/clusters/c7/confirm", "revision:=null"))) {
            assertThat(admin(wrong.toArray(String[]::new)).exit())
                    .as(wrong.toString())
                    .isEqualTo(2);
        }
    }

    @Test
    void longListsAndCountsAreShortened() throws MalformedBody {
        String items = IntStream.range(0, 11).mapToObj(Integer::toString).collect(Collectors.joining(","));
        String counts = IntStream.range(0, 23).mapToObj(i -> "\"k" + i + "\":1").collect(Collectors.joining(","));
        String text = Outline.shortened((Map<?, ?>)
                JsonValues.read(("{\"a\":[" + items + "],\"b\":{" + counts + "},\"c\":{" + counts + ",\"t\":\"\"}}")
                        .getBytes(StandardCharsets.UTF_8)));
        assertThat(text)
                .contains("a: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, … 1 more]\n")
                .containsOnlyOnce("…: 3 more");
        assertThat(text.substring(text.indexOf("c:"))).contains("k22: 1");
    }

    @Test
    void gatewayWithoutQueueIsReported() throws IOException {
        try (GatewayRig bare = GatewayRig.with().toPort(1).start()) {
            Lines run = Lines.of("review", "--admin", "127.0.0.1:" + bare.adminPort());
            assertThat(run)
                    .isEqualTo(new Lines(
                            1,
                            "",
                            "stillgate: the gateway has no review queue: its policy needs a fingerprint filter\n"));
        }
    }
}
