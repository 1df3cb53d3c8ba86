package dev.stillgate.loadtests.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.campaign.traffic.CampaignPlan;
import dev.stillgate.loadtests.campaign.traffic.Simulation;
import dev.stillgate.loadtests.campaign.traffic.Work;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class DeterminismTest {
    private static final List<CampaignPlan> PLANS = List.of(
            CampaignPlan.of("first", 8, 20, Work.REASONING, Work.TOOLS),
            CampaignPlan.of("second", 6, 10, Work.RESPONSES));

    @Test
    void bytesDependOnlyOnTheSeed() {
        byte[] log = Log.bytes(Log.simulation(11, 2, 40, PLANS));
        assertThat(log).isEqualTo(Log.bytes(Log.simulation(11, 2, 40, PLANS)));
        assertThat(log).isNotEqualTo(Log.bytes(Log.simulation(12, 2, 40, PLANS)));
    }

    @Test
    void additionalCampaignDoesNotChangeTheOthers() {
        String alone = of(Log.simulation(11, 2, 40, PLANS.subList(0, 1)), "campaign:first");
        assertThat(of(Log.simulation(11, 2, 40, PLANS), "campaign:first")).isEqualTo(alone);
    }

    private static String of(Simulation simulation, String label) {
        return Log.lines(simulation).stream()
                .filter(line -> line.path("label").asText().equals(label))
                .map(Object::toString)
                .collect(Collectors.joining("\n"));
    }
}
