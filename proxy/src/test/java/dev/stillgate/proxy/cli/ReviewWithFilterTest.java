package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests {@code stillgate review} with a gateway that has a fingerprint filter. */
@Tag("slow")
class ReviewWithFilterTest {
    private static GatewayRig rig(String review) {
        return rig(review, "enforce");
    }

    private static GatewayRig rig(String review, String mode) {
        return GatewayRig.with()
                .toPort(1)
                .accounts("{file: accounts.yaml}")
                .accountsFile("accounts:\n  - {id: a-17, keys: [\"h1:" + "0".repeat(32) + "\"]}\n")
                .filters("[{name: behaviour, type: fingerprint, mode: " + mode + ", config: {review: " + review + "}}]")
                .start();
    }

    private static Lines review(GatewayRig rig, String... arguments) {
        List<String> all = new ArrayList<>(List.of("review"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--admin", "127.0.0.1:" + rig.adminPort()));
        return Lines.of(all.toArray(new String[0]));
    }

    private static String refusal(GatewayRig rig, String error) {
        return "stillgate: 127.0.0.1:" + rig.adminPort() + " refuses: " + error + "\n";
    }

    @Test
    void accountIsLabelledShownAndUnlabelled() {
        try (GatewayRig rig = rig("{}")) {
            assertThat(review(rig, "--limit", "3")).isEqualTo(new Lines(0, "behaviour: nothing to review\n", ""));
            Lines confirmed = review(rig, "confirm", "a-17", "--by", "ann", "--why", "sells answers", "--for", "2d");
            assertThat(confirmed.err()).isEmpty();
            assertThat(confirmed.out()).contains("inForce: pooled", "what: confirmed", "by: ann", "why: sells answers");
            assertThat(review(rig, "vouch", "a-17", "--by", "ben", "--why", "met him")
                            .out())
                    .contains("inForce: clear", "what: vouched")
                    .containsPattern("replaced: \\{.*what: confirmed");
            assertThat(review(rig, "show", "a-17").out()).contains("what: vouched", "why: met him");
            Lines unlabelled = review(rig, "unlabel", "a-17", "--by", "ann", "--why", "he moved");
            assertThat(unlabelled.exit()).isZero();
            assertThat(unlabelled.out()).doesNotContain("vouched");
        }
    }

    @Test
    void confirmationInShadowSaysThatItIsNotEnforced() {
        try (GatewayRig rig = rig("{}", "shadow")) {
            Lines confirmed = review(rig, "confirm", "a-17", "--by", "ann", "--why", "sells answers");
            assertThat(confirmed.exit()).as("recorded, and not enforced").isEqualTo(3);
            assertThat(confirmed.out()).contains("inForce: clear", "what: confirmed");
            assertThat(confirmed.err())
                    .startsWith("stillgate: recorded, not enforced: the filter is in shadow")
                    .contains("mode: enforce", "POST /accounts/{id}/standing");
            assertThat(review(rig, "refute", "a-17", "--by", "ann", "--why", "a class"))
                    .satisfies(refuted -> assertThat(refuted.err()).isEmpty())
                    .satisfies(refuted -> assertThat(refuted.exit()).isZero());
        }
    }

    @Test
    void unknownIdsAndInvalidArgumentsAreRefused() {
        try (GatewayRig rig = rig("{}")) {
            assertThat(review(rig, "confirm", "c1", "--by", "ann", "--why", "x"))
                    .isEqualTo(new Lines(1, "", "stillgate: no cluster \"c1\" is known\n"));
            assertThat(review(rig, "confirm", "c1", "--by", "ann", "--why", "x", "--revision", "1"))
                    .isEqualTo(new Lines(1, "", refusal(rig, "not known")));
            assertThat(review(rig, "vouch", "unseen", "--by", "ann", "--why", "x")
                            .err())
                    .contains("the account is not listed and was never seen");
            assertThat(review(rig, "vouch", "unseen", "--by", "ann", "--why", "x", "--create")
                            .exit())
                    .isZero();
            assertThat(review(rig, "vouch", "a-17", "--by", " ", "--why", "x").err())
                    .isEqualTo(refusal(rig, "by: expected a text of 1 to 100 characters"));
            assertThat(review(rig, "vouch", "a-17", "--by", "ann", "--why", "x", "--for", "soon")
                            .err())
                    .contains("refuses: for: expected a time such as 12h or 14d");
        }
    }

    @Test
    void decisionWaitsForASecondOperator() {
        try (GatewayRig rig = rig("{approvals: 2}")) {
            Lines first = review(rig, "vouch", "a-17", "--by", "ann", "--why", "met him");
            assertThat(first.exit()).isZero();
            assertThat(first.out())
                    .contains("pending:", "by: ann", "approvals: 1")
                    .doesNotContain("label:");
            assertThat(review(rig, "vouch", "a-17", "--by", "ben", "--why", "I did too")
                            .out())
                    .contains("label:", "by: ben")
                    .doesNotContain("pending:");
        }
    }
}
