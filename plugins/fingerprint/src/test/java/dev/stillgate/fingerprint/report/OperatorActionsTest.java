package dev.stillgate.fingerprint.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.analysis.Analyst;
import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.analysis.Seen;
import dev.stillgate.fingerprint.standing.Cluster;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.ConflictException;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.orders.Order;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class OperatorActionsTest {
    private static final long NOW = Scene.BEGIN + 31 * Scene.HOUR;

    private final Scene scene = new Scene().seen(30, "a-1", "a-2", "b-1").found(Standing.MARKED, "a-1", "a-2");
    private final Operator operator = new Operator();

    /** Carries out the actions of an operator. */
    private final class Operator {
        Map<String, Object> pin(String account, Map<String, Object> arguments) {
            return scene.does(op -> op.pin(account, arguments));
        }

        Map<String, Object> unpin(String account, Map<String, Object> arguments) {
            return scene.does(op -> op.unpin(account, arguments));
        }

        Map<String, Object> pinCluster(String id, Map<String, Object> arguments) {
            return scene.does(op -> op.pinCluster(id, arguments));
        }

        Map<String, Object> unpinCluster(String id, Map<String, Object> arguments) {
            return scene.does(op -> op.unpinCluster(id, arguments));
        }

        Map<String, Object> hideCluster(String id, Map<String, Object> arguments) {
            return scene.does(op -> op.hideCluster(id, arguments));
        }

        Map<String, Object> unhideCluster(String id, Map<String, Object> arguments) {
            return scene.does(op -> op.unhideCluster(id, arguments));
        }

        Map<String, Object> erase(String account, Map<String, Object> arguments) {
            return scene.does(op -> op.erase(account, arguments));
        }
    }

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
        assertThat(scene.analyst.ladder().pin("a-1")).isNull();
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
        assertThat(scene.analyst.ladder().pin("a-1")).isNull();
    }

    private Map<String, Object> hide(String... more) {
        Map<String, Object> arguments = new TreeMap<>(Map.of("by", "ann", "why", "asked the customer", "revision", 1));
        for (int i = 0; i < more.length; i += 2) {
            arguments.put(more[i], more[i + 1]);
        }
        return operator.hideCluster("c1", arguments);
    }

    private List<?> queue(String part, long now) {
        scene.now = now;
        scene.analyst.obey();
        return (List<?>) new Reports(scene.analyst, now).review(10).get(part);
    }

    private static Order hiding(Analyst analyst) {
        return analyst.ladder().orders().hiding(analyst.clusters().find("c1"), analyst.settings());
    }

    private List<?> timeline() {
        return (List<?>) scene.reports.cluster("c1").get("timeline");
    }

    private Cluster cluster() {
        return scene.analyst.clusters().find("c1");
    }

    @Test
    void hiddenClusterLeavesTheQueueAndKeepsItsStanding() {
        assertThat(queue("items", NOW)).hasSize(1);
        assertThat(queue("hidden", NOW)).isEmpty();
        Map<String, Object> page = hide();
        assertThat(page.get("hidden"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("by", "ann")
                .containsEntry("why", "asked the customer")
                .containsEntry("evidence", 10.346);
        assertThat(page.get("timeline")).asString().contains("hidden from the review queue by ann");
        assertThat(queue("items", NOW)).isEmpty();
        assertThat(queue("hidden", NOW)).singleElement().asString().contains("id=c1", "by=ann");
        assertThat(scene.reports.review(10)).containsEntry("size", 0);
        assertThat(standing("a-1")).isEqualTo(Standing.MARKED);
        scene.tend(NOW);
        assertThat(queue("hidden", NOW)).as("after a round").hasSize(1);

        page = operator.unhideCluster("c1", Map.of("by", "ben"));
        assertThat(page).doesNotContainKey("hidden");
        assertThat(page.get("timeline")).asString().contains("shown in the review queue again by ben");
        assertThat(queue("items", NOW)).hasSize(1);
        assertThat(queue("hidden", NOW)).isEmpty();
    }

    @Test
    void hiddenClusterReturnsWhenItsEvidenceGrows() {
        hide();
        cluster().total += 1;
        scene.tend(NOW);
        assertThat(queue("items", NOW)).as("by the step").isEmpty();
        cluster().total += 0.01;
        scene.tend(NOW);
        assertThat(queue("items", NOW)).as("by more").hasSize(1);
        assertThat(timeline())
                .last()
                .asString()
                .contains("shown in the review queue again: evidence grew from 10.3 to 11.4");
        cluster().total -= 5;
        scene.tend(NOW);
        assertThat(queue("items", NOW)).as("for good").hasSize(1);
    }

    @Test
    void hiddenClusterReturnsWhenItsEvidenceCrossesAThreshold() {
        cluster().total = 3.9;
        hide();
        cluster().total = 3.99;
        scene.tend(NOW);
        assertThat(queue("items", NOW)).isEmpty();
        cluster().total = 3;
        scene.tend(NOW);
        assertThat(queue("items", NOW)).as("weaker").isEmpty();
        cluster().total = 4;
        scene.tend(NOW);
        assertThat(queue("items", NOW)).as("marked from 4 on").hasSize(1);
    }

    @Test
    void hidingEndsAfterItsTime() {
        hide("for", "2d");
        assertThat(queue("items", NOW + 48 * Scene.HOUR - 1)).isEmpty();
        assertThat(queue("items", NOW + 48 * Scene.HOUR)).hasSize(1);
        scene.tend(NOW + 48 * Scene.HOUR);
        assertThat(hiding(scene.analyst)).isNull();
    }

    @Test
    void judgementEndsHiding() {
        hide();
        scene.does(op -> op.labels()
                .labelCluster(LabelKind.CONFIRMED, "c1", Map.of("by", "ann", "why", "resells", "revision", 1)));
        assertThat(hiding(scene.analyst)).isNull();
    }

    @Test
    void hidingIsRefusedWhenTheMembersHaveChanged() {
        scene.analyst.clusters().forget("a-2");
        assertThatThrownBy(this::hide)
                .isInstanceOfSatisfying(
                        ConflictException.class,
                        e -> assertThat(e.details())
                                .containsEntry("revision", 2)
                                .containsEntry("removed", List.of("a-2")));
        assertThatThrownBy(() -> operator.hideCluster("c1", Map.of("by", "ann", "why", "x")))
                .hasMessageContaining("expected the revision of the cluster's page");
        assertThatThrownBy(() -> operator.hideCluster("c1", Map.of("by", "ann", "revision", 2)))
                .isInstanceOfSatisfying(
                        PolicyException.class, e -> assertThat(e.at()).isEqualTo("why"));
        assertThatThrownBy(() -> hide("except", "a-1")).hasMessageContaining("unknown key");
        assertThat(hiding(scene.analyst)).isNull();
        assertThat(operator.hideCluster("c9", Map.of())).isNull();
        assertThat(operator.unhideCluster("c9", Map.of())).isNull();
    }

    @Test
    void hidingSurvivesARestart() throws IOException {
        hide();
        Analyst restored = Seen.restored(scene.analyst);
        restored.obey();
        assertThat(hiding(restored)).isEqualTo(hiding(scene.analyst)).isNotNull();
        cluster().total += 1.01;
        scene.tend(NOW);
        cluster().total -= 1.01;
        restored = Seen.restored(scene.analyst);
        restored.obey();
        assertThat(hiding(restored)).as("outgrown for good").isNull();
    }

    @Test
    void unpinnedClusterReturnsToItsEarnedStanding() {
        operator.pinCluster("c1", Map.of("standing", "clear"));
        assertThat(standing("a-2")).isEqualTo(Standing.CLEAR);
        operator.unpinCluster("c1", Map.of());
        assertThat(standing("a-2")).isEqualTo(Standing.MARKED);
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
        scene.tend(NOW + 15 * 24 * Scene.HOUR);
        assertThat(standing("a-1")).isEqualTo(Standing.MARKED);
        assertThat(standing("a-2")).isEqualTo(Standing.CLEAR);
        scene.tend(NOW + 20 * 24 * Scene.HOUR);
        assertThat(standing("a-1")).isEqualTo(Standing.CLEAR);
    }
}
