package dev.stillgate.fingerprint.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class OperatorActionsTest {
    private static final long NOW = Scene.BEGIN + 31 * Scene.HOUR;

    private final Scene scene = new Scene().seen(30, "a-1", "a-2", "b-1").found(Standing.TIGHTENED, "a-1", "a-2");
    private final OperatorActions operator = new OperatorActions(scene.analyst, NOW);

    private Standing standing(String account) {
        return scene.analyst.ladder().standing(account);
    }

    @Test
    void pinningAClusterPinsAllItsAccounts() {
        Map<String, Object> page = operator.pinCluster("c1", Map.of("standing", "blocked", "for", "30d"));
        assertThat(page).isNotNull().containsEntry("standings", Map.of("blocked", 2));
        assertThat(page.get("timeline")).asString().contains("pinned to blocked by hand");
        assertThat(standing("a-1")).isEqualTo(Standing.BLOCKED);
        assertThat(standing("b-1")).isEqualTo(Standing.CLEAR);
        assertThat(scene.analyst.changes()).containsEntry("a-2", Standing.BLOCKED);
    }

    @Test
    void pinShowsWhoGaveIt() {
        Map<String, Object> page =
                operator.pin("a-1", Map.of("standing", "blocked", "by", "ann", "why", "sells answers"));
        assertThat(page.get("pinned"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("by", "ann")
                .containsEntry("why", "sells answers");
        assertThat(operator.pin("a-1", Map.of("standing", "marked")).get("pinned"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .as("without a name")
                .containsEntry("by", null)
                .containsEntry("why", null);
        operator.pinCluster("c1", Map.of("standing", "blocked", "by", "ann"));
        page = operator.unpinCluster("c1", Map.of("by", "ben", "why", "mistaken"));
        assertThat(page.get("timeline")).asString().contains("pinned to blocked by ann", "unpinned by ben");
        operator.pin("a-1", Map.of("standing", "blocked", "by", "ann"));
        operator.unpin("a-1", Map.of("by", "ben"));
        assertThat(scene.analyst.ladder().find("a-1").pinnedBy).isNull();
    }

    @Test
    void invalidNamesAreRefused() {
        for (Object by : List.of("x".repeat(101), 3, List.of("ann"))) {
            assertThatThrownBy(() -> operator.pin("a-1", Map.of("standing", "blocked", "by", by)))
                    .isInstanceOfSatisfying(
                            PolicyException.class, e -> assertThat(e.at()).isEqualTo("by"));
            assertThatThrownBy(() -> operator.unpin("a-1", Map.of("by", by))).isInstanceOf(PolicyException.class);
        }
        assertThatThrownBy(() -> operator.erase("a-1", Map.of("to", "ann")))
                .hasMessage("unknown key: expected one of by, why");
        assertThat(scene.analyst.ladder().find("a-1").pinned).isNull();
    }

    @Test
    void unpinnedClusterReturnsToItsEarnedStanding() {
        operator.pinCluster("c1", Map.of("standing", "clear"));
        assertThat(standing("a-2")).isEqualTo(Standing.CLEAR);
        operator.unpinCluster("c1", Map.of());
        assertThat(standing("a-2")).isEqualTo(Standing.TIGHTENED);
    }

    @Test
    void erasedAccountLeavesItsCluster() {
        operator.erase("a-1", Map.of());
        assertThat(scene.reports.account("a-1")).isNull();
        assertThat(scene.reports.cluster("c1")).isNotNull().containsEntry("size", 1);
        assertThat(scene.analyst.table().index().find("a-1")).isEqualTo(AccountIndex.NONE);
        scene.analyst.observe(Scene.exchange("a-1", NOW));
        assertThat(scene.reports.account("a-1")).isNotNull().containsEntry("exchanges", 1.0);
    }

    @Test
    void pinOutlastsTheEarnedStanding() {
        operator.pin("a-1", Map.of("standing", "marked", "for", "20d"));
        scene.analyst.tend(NOW + 15 * 24 * Scene.HOUR);
        assertThat(standing("a-1")).isEqualTo(Standing.MARKED);
        assertThat(standing("a-2")).isEqualTo(Standing.CLEAR);
        scene.analyst.tend(NOW + 20 * 24 * Scene.HOUR);
        assertThat(standing("a-1")).isEqualTo(Standing.CLEAR);
    }
}
