package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.rig.GatewayRig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests, output and exit codes of {@code stillgate review}, with a gateway whose filter has scripted pages. */
@Tag("slow")
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
            case "c9" -> java.util.Map.of("id", id);
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
                    return id.equals("nobody") ? null : new java.util.TreeMap<>(java.util.Map.of("id", id,
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
        List<String> all = new ArrayList<>(List.of("review"));
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
    void clusterIsShownWithShortenedLists() {
        Lines run = review("show", "c7");
        assertThat(run.exit()).isZero();
        assertThat(run.out())
                .contains("revision: 3\n", "size: 41\n")
                .contains("members: [a-0, a-1, a-2, a-3, a-4, a-5, a-6, a-7, a-8, a-9, … 2 more]\n");
        assertThat(review("show", "c7", "--json").out()).contains("\"a-11\"");
        assertThat(review("show", "c3")).isEqualTo(new Lines(1, "", "stillgate: no cluster \"c3\" is known\n"));
    }

    @Test
    void accountIsTakenForAClusterUnlessOptionIsGiven() {
        assertThat(review("show", "a-17").out()).contains("id: a-17\n").contains("standing: marked");
        assertThat(review("show", "c7", "--account").out()).contains("standing: marked");
        assertThat(review("show", "c-7").out()).contains("standing: marked");
    }

    @Test
    void decisionSendsTheRevisionOfThePage() {
        Lines run = review(
                "confirm", "c7", "--by", "ann", "--why", "same \"template\"", "--for", "30d", "--except", "a-1,a-2");
        assertThat(run.err()).isEqualTo("c7: 41 accounts, revision 3\n");
        assertThat(run.exit()).isZero();
        assertThat(run.out()).isEqualTo("""
            id: c7
            filters:
              behaviour: {decided: {by: ann, except: [a-1, a-2], for: 30d, revision: 3, why: same "template"}, id: c7}
            """);
    }

    @Test
    void confirmationIncludesVerifiedMembersOnRequest() {
        Lines run = review("confirm", "c7", "--by", "ann", "--why", "forged papers", "--revision", "3", "--verified");
        assertThat(run.out()).contains("decided: {by: ann, revision: 3, verified: true, why: forged papers}");
        assertThat(review("confirm", "a-17", "--by", "ann", "--why", "x", "--verified")
                        .exit())
                .as("for clusters only")
                .isEqualTo(2);
    }

    @Test
    void decisionSendsTheGivenRevision() {
        Lines run = review("refute", "c7", "--by", "ann", "--why", "a school", "--revision", "2");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("decided: {by: ann, revision: 2, why: a school}");
    }

    @Test
    void clusterIsHiddenAndShownAgain() {
        Lines run = review("hide", "c7", "--by", "ann", "--why", "asked the customer", "--for", "14d");
        assertThat(run.err()).isEqualTo("c7: 41 accounts, revision 3\n");
        assertThat(run.out()).contains("decided: {by: ann, for: 14d, revision: 3, why: asked the customer}");
        assertThat(review("hide", "c7", "--by", "ann", "--why", "x", "--revision", "2")
                        .out())
                .contains("decided: {by: ann, revision: 2, why: x}");
        assertThat(review("unhide", "c7").out()).contains("decided: {}");
        assertThat(review("unhide", "c7", "--by", "ann", "--why", "x").out()).contains("decided: {by: ann, why: x}");
        assertThat(review("hide", "a-17", "--by", "ann", "--why", "x").exit())
                .as("for clusters only")
                .isEqualTo(2);
        assertThat(review("unhide", "a-17").exit()).isEqualTo(2);
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
    void changedClusterIsReportedWithItsChanges() {
        Lines run = review("confirm", "c8", "--by", "ann", "--why", "x");
        assertThat(run.exit()).isOne();
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualTo("""
            c8: 41 accounts, revision 3
            stillgate: 127.0.0.1:%d refuses: cluster c8 has changed
            added: [a-0, a-1, a-2, a-3, a-4, a-5, a-6, a-7, a-8, a-9, … 89 more]
            """.formatted(rig.adminPort()));
    }

    @Test
    void clusterWithoutRevisionIsNotDecided() {
        Lines run = review("confirm", "c9", "--by", "ann", "--why", "x");
        assertThat(run.exit()).isOne();
        assertThat(run.err()).contains("the page of c9 has 0 revisions");
    }

    @Test
    void accountIsDecidedWithoutRevision() {
        assertThat(review("confirm", "c7", "--account", "--by", "ann", "--why", "x")
                        .out())
                .contains("decided: {by: ann, why: x}");
        assertThat(review("vouch", "c7", "--by", "ann", "--why", "x", "--for", "7d")
                        .out())
                .contains("decided: {by: ann, for: 7d, why: x}");
    }

    @Test
    void decisionIsTakenBack() {
        assertThat(review("unlabel", "a 17 ü").out()).contains("id: a 17 ü\n", "decided: {}");
        assertThat(review("unlabel", "c7", "--by", "ann", "--why", "wrong group")
                        .out())
                .contains("decided: {by: ann, why: wrong group}");
        assertThat(review("unlabel", "a-17", "--json").out()).contains("accounts unlabel");
        assertThat(review("unlabel", "c7", "--json").out()).contains("clusters unlabel");
        assertThat(review("unlabel", "c7", "--account", "--json").out()).contains("accounts unlabel");
    }

    @Test
    void refusalNamesTheArgument() {
        Lines run = review("vouch", "a-17", "--by", "", "--why", "x");
        assertThat(run.exit()).isOne();
        assertThat(run.err()).isEqualTo("stillgate: 127.0.0.1:" + rig.adminPort() + " refuses: by: expected a name\n");
        assertThat(review("unlabel", "nobody").err()).endsWith(" refuses: not known\n");
    }

    @Test
    void optionsBeforeTheSubcommandAreUsed() {
        Lines run = Lines.of("review", "--json", "--config", config.toString(), "unlabel", "a-17");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("{\"id\":\"a-17\"");
    }

    @Test
    void nameIsLeftToTheTokenIfNoneIsGiven() {
        assertThat(review("confirm", "c7", "--why", "x", "--revision", "3").out())
                .contains("decided: {revision: 3, why: x}");
    }

    @Test
    void wrongUsageExitsWithTwo() {
        assertThat(review("confirm", "c7", "--by", "ann").exit()).isEqualTo(2);
        assertThat(review("show").exit()).isEqualTo(2);
        assertThat(review("unlabel").exit()).isEqualTo(2);
        assertThat(review("c7").exit()).isEqualTo(2);
        Lines except = review("confirm", "a-17", "--by", "ann", "--why", "x", "--except", "a-1");
        assertThat(except.exit()).isEqualTo(2);
        assertThat(except.err()).contains("--revision and --except are for clusters; \"a-17\" is an account");
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
