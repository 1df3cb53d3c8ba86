package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.campaign.harvest.Blocked;
import dev.stillgate.loadtests.campaign.harvest.Plan;
import dev.stillgate.loadtests.campaign.harvest.Work;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class DeterminismTest {
    private static final List<Plan> PLANS =
            List.of(Plan.of("first", 8, 20, Work.REASONING, Work.TOOLS), Plan.of("second", 6, 10, Work.RESPONSES));

    @Test
    void oneSeedGivesTheSameBytesAndAnotherGivesOthers() {
        byte[] log = Log.bytes(Log.cast(11, 2, 40, PLANS, Blocked.NOBODY));
        assertThat(log).isEqualTo(Log.bytes(Log.cast(11, 2, 40, PLANS, Blocked.NOBODY)));
        assertThat(log).isNotEqualTo(Log.bytes(Log.cast(12, 2, 40, PLANS, Blocked.NOBODY)));
    }

    @Test
    void aCampaignMoreChangesNothingForTheOthers() {
        String alone = of(Log.cast(11, 2, 40, PLANS.subList(0, 1), Blocked.NOBODY), "campaign:first");
        assertThat(of(Log.cast(11, 2, 40, PLANS, Blocked.NOBODY), "campaign:first"))
                .isEqualTo(alone);
    }

    private static String of(Cast cast, String label) {
        return Log.lines(cast).stream()
                .filter(line -> line.path("label").asText().equals(label))
                .map(Object::toString)
                .collect(Collectors.joining("\n"));
    }
}
