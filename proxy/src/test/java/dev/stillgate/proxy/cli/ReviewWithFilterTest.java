package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.rig.GatewayRig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests {@code stillgate review} and {@code admin} with a gateway that has a fingerprint filter. */
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

    private static Lines admin(GatewayRig rig, String... arguments) {
        List<String> all = new ArrayList<>(List.of("admin"));
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
            assertThat(Lines.of("review", "--limit", "3", "--admin", "127.0.0.1:" + rig.adminPort()))
                    .isEqualTo(new Lines(0, "behaviour: nothing to review\n", ""));
            Lines confirmed = admin(rig, "POST", "/accounts/a-17/confirm", "by=ann", "why=sells answers", "for=2d");
            assertThat(confirmed.err()).isEmpty();
            assertThat(confirmed.out()).contains("inForce: pooled", "what: confirmed", "by: ann", "why: sells answers");
            assertThat(admin(rig, "POST", "/accounts/a-17/vouch", "by=ben", "why=met him")
                            .out())
                    .contains("inForce: clear", "what: vouched")
                    .containsPattern("replaced: \\{.*what: confirmed");
            assertThat(admin(rig, "GET", "/accounts/a-17").out()).contains("what: vouched", "why: met him");
            Lines unlabelled = admin(rig, "POST", "/accounts/a-17/unlabel", "by=ann", "why=he moved");
            assertThat(unlabelled.exit()).isZero();
            assertThat(unlabelled.out()).doesNotContain("label:");
        }
    }

    @Test
    void confirmationInShadowSaysThatItIsNotEnforced() {
        try (GatewayRig rig = rig("{}", "shadow")) {
            Lines confirmed = admin(rig, "POST", "/accounts/a-17/confirm", "by=ann", "why=sells answers");
            assertThat(confirmed.exit()).as("recorded, and not enforced").isEqualTo(3);
            assertThat(confirmed.out()).contains("inForce: clear", "what: confirmed");
            assertThat(confirmed.err())
                    .startsWith("stillgate: recorded, not enforced: the filter is in shadow")
                    .contains("mode: enforce", "POST /accounts/{id}/standing");
            assertThat(admin(rig, "POST", "/accounts/a-17/refute", "by=ann", "why=a class"))
                    .satisfies(refuted -> assertThat(refuted.err()).isEmpty())
                    .satisfies(refuted -> assertThat(refuted.exit()).isZero());
        }
    }

    @Test
    void unknownIdsAndInvalidArgumentsAreRefused() {
        try (GatewayRig rig = rig("{}")) {
            assertThat(admin(rig, "GET", "/clusters/c1"))
                    .isEqualTo(new Lines(1, "", "stillgate: the gateway has no /clusters/c1\n"));
            assertThat(admin(rig, "POST", "/clusters/c1/confirm", "by=ann", "why=x", "revision:=1"))
                    .isEqualTo(new Lines(1, "", refusal(rig, "not known")));
            assertThat(admin(rig, "POST", "/accounts/unseen/vouch", "by=ann", "why=x")
                            .err())
                    .contains("the account is not listed and was never seen");
            assertThat(admin(rig, "POST", "/accounts/unseen/vouch?create=true", "by=ann", "why=x")
                            .exit())
                    .isZero();
            assertThat(admin(rig, "POST", "/accounts/a-17/vouch", "by= ", "why=x")
                            .err())
                    .isEqualTo(refusal(rig, "by: expected a text of 1 to 100 characters"));
            assertThat(admin(rig, "POST", "/accounts/a-17/vouch", "by=ann", "why=x", "for=soon")
                            .err())
                    .contains("refuses: for: expected a time such as 12h or 14d");
        }
    }

    @Test
    void decisionWaitsForASecondOperator() {
        try (GatewayRig rig = rig("{approvals: 2}")) {
            Lines first = admin(rig, "POST", "/accounts/a-17/vouch", "by=ann", "why=met him");
            assertThat(first.exit()).isZero();
            assertThat(first.out())
                    .contains("pending:", "by: ann", "approvals: 1")
                    .doesNotContain("label:");
            assertThat(admin(rig, "POST", "/accounts/a-17/vouch", "by=ben", "why=I did too")
                            .out())
                    .contains("label:", "by: ben")
                    .doesNotContain("pending:");
        }
    }
}
