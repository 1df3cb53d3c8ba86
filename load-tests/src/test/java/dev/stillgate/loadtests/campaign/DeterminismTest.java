package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.campaign.attack.BlockedAccounts;
import dev.stillgate.loadtests.campaign.attack.Plan;
import dev.stillgate.loadtests.campaign.attack.Work;
import java.util.List;
import java.util.stream.Collectors;
import dev.stillgate.loadtests.campaign.scenario.Simulation;
import org.junit.jupiter.api.Test;

final class DeterminismTest {
    private static final List<Plan> PLANS =
            List.of(Plan.of("first", 8, 20, Work.REASONING, Work.TOOLS), Plan.of("second", 6, 10, Work.RESPONSES));

    @Test
    void oneSeedGivesTheSameBytesAndAnotherGivesOthers() {
        byte[] log = Log.bytes(Log.cast(11, 2, 40, PLANS, BlockedAccounts.NONE));
        assertThat(log).isEqualTo(Log.bytes(Log.cast(11, 2, 40, PLANS, BlockedAccounts.NONE)));
        assertThat(log).isNotEqualTo(Log.bytes(Log.cast(12, 2, 40, PLANS, BlockedAccounts.NONE)));
    }

    @Test
    void aCampaignMoreChangesNothingForTheOthers() {
        String alone = of(Log.cast(11, 2, 40, PLANS.subList(0, 1), BlockedAccounts.NONE), "campaign:first");
        assertThat(of(Log.cast(11, 2, 40, PLANS, BlockedAccounts.NONE), "campaign:first"))
                .isEqualTo(alone);
    }

    private static String of(Simulation cast, String label) {
        return Log.lines(cast).stream()
                .filter(line -> line.path("label").asText().equals(label))
                .map(Object::toString)
                .collect(Collectors.joining("\n"));
    }
}
