package dev.stillgate.fingerprint.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.link.Link;
import dev.stillgate.fingerprint.link.LinkKind;
import dev.stillgate.fingerprint.standing.LabelKind;
import dev.stillgate.spi.Standing;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * An actor fills the review queue with decoys: groups that look a little suspicious. Decoys with less evidence stay
 * behind the campaign. A decoy that comes before it has to act as one group more clearly, and one judgement removes it.
 */
class ReviewQueueDecoysTest {
    private static final long NOW = Scene.BEGIN + 31 * Scene.HOUR;

    private final Scene scene = new Scene();

    private static String[] accounts(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toArray(String[]::new);
    }

    private void decoys(int count, double weight) {
        for (int decoy = 0; decoy < count; decoy++) {
            String[] members = accounts("decoy-" + weight + "-" + decoy + "-", 10);
            scene.seen(1, members);
            Link link = new Link(LinkKind.BOUNDED, "registration-burst", 10, weight, 0.001);
            String cluster = scene.analyst.clusters().take(link, List.of(members), NOW).id;
            Arrays.stream(members)
                    .forEach(member -> scene.analyst
                            .ladder()
                            .climb(member, Standing.MARKED, 0, List.of("registration-burst"), cluster, NOW));
        }
    }

    private List<Map<String, Object>> items() {
        return ((List<?>) scene.reports.review(25).get("items"))
                .stream().map(ReviewQueueDecoysTest::item).toList();
    }

    @SuppressWarnings("unchecked") // an item of the queue is such a map
    private static Map<String, Object> item(Object item) {
        return (Map<String, Object>) item;
    }

    @Test
    void weakDecoysStayBehindTheCampaign() {
        decoys(200, 1.5);
        scene.seen(30, accounts("a-", 12)).found(Standing.MARKED, accounts("a-", 12));
        assertThat(items()).hasSize(25);
        assertThat(items().getFirst()).containsEntry("accounts", List.of("a-0", "a-1", "a-10", "a-11", "a-2"));
        assertThat(scene.reports.review(25)).containsEntry("size", 201);
    }

    @Test
    void oneJudgementRemovesAStrongDecoy() {
        decoys(3, 20);
        scene.seen(30, accounts("a-", 12)).found(Standing.MARKED, accounts("a-", 12));
        for (int k = 0; k < 3; k++) {
            LabelKind kind = k == 0 ? LabelKind.CONFIRMED : LabelKind.REFUTED;
            String decoy = (String) items().getFirst().get("id");
            scene.does(op ->
                    op.labels().labelCluster(kind, decoy, Map.of("by", "ann", "why", "looked at it", "revision", 1)));
        }
        assertThat(items().getFirst().get("accounts").toString()).contains("a-0");
        assertThat(scene.analyst.ladder().standing("decoy-20.0-0-0")).isEqualTo(Standing.POOLED);
        assertThat(scene.analyst.ladder().standing("decoy-20.0-1-0")).isEqualTo(Standing.CLEAR);
    }
}
