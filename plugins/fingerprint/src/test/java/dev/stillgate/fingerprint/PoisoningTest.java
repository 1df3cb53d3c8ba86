package dev.stillgate.fingerprint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.spi.Standing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Shows 6: an attacker sends honest-looking traffic from as many accounts as harvest, to distort the background. Most
 * of the harvesting accounts are still found, and no other account rises.
 */
@Tag("slow")
final class PoisoningTest {
    private static final long TEMPLATE = 5L << 40;
    private static final int COPYING = 60;

    private final Stage stage = new Stage();

    private long standing(String prefix, int count) {
        return stage.reach(Standing.MARKED, prefix, count);
    }

    @Test
    void honestLookingTrafficDoesNotHideHarvestingAccounts() {
        List<Observation> all = new ArrayList<>(Crowd.of(stage.now(), 1));
        List<Observation> decoys = Crowd.of(stage.now(), 99).stream()
                .filter(seen -> seen.account.startsWith("person-"))
                .filter(seen -> Integer.parseInt(seen.account.substring(7)) < Crowd.DEALT)
                .toList();
        decoys.forEach(seen -> seen.account = "decoy-" + seen.account);
        all.addAll(decoys);
        stage.play(all);
        assertThat(standing("dealt-", Crowd.DEALT)).isGreaterThan(Crowd.DEALT / 2);
        assertThat(standing("person-", 160)).isZero();
        assertThat(standing("decoy-person-", Crowd.DEALT)).isZero();
    }

    /** The template is public: customers who copy it are compared with the campaign, but not marked. */
    @Test
    void customersWhoCopyTheCampaignsTemplateAreNotMarked() {
        List<Observation> all = Crowd.of(stage.now(), 5);
        for (Observation seen : all) {
            if (seen.account.startsWith("dealt-") || Integer.parseInt(seen.account.substring(7)) < COPYING) {
                seen.prompt.system = TEMPLATE;
            }
        }
        stage.play(all);
        assertThat(standing("dealt-", Crowd.DEALT)).isGreaterThan(Crowd.DEALT / 2);
        assertThat(standing("person-", 160)).isZero();
    }
}
