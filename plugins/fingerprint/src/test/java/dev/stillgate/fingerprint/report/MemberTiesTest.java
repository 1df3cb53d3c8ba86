package dev.stillgate.fingerprint.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.analysis.Scene;
import dev.stillgate.fingerprint.capture.Observation;
import dev.stillgate.spi.Standing;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Traits that members share: which, in which order, and how many. */
class MemberTiesTest {
    private static final String HOSTILE = "<img src=x onerror=alert(1)>";

    private final Scene scene = new Scene();

    private void seen(Consumer<Observation> change, String... accounts) {
        for (int i = 0; i < 4; i++) {
            for (String account : accounts) {
                Observation seen = Scene.exchange(account, Scene.BEGIN + i * Scene.HOUR);
                change.accept(seen);
                scene.analyst.observe(seen);
            }
        }
    }

    private static String[] names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toArray(String[]::new);
    }

    private void named(long person, String... accounts) {
        for (String account : accounts) {
            int index = scene.analyst.table().index().find(account);
            scene.analyst.registrations().people().observe(index, person, (int) (Scene.BEGIN / 1000));
        }
    }

    @SuppressWarnings("unchecked")
    private Map<String, Object> ties() {
        Map<String, Object> page = scene.reports.dossier("c1");
        assertThat(page).isNotNull();
        return (Map<String, Object>) page.get("ties");
    }

    @SuppressWarnings("unchecked")
    private List<Map<String, Object>> traits() {
        return (List<Map<String, Object>>) ties().get("traits");
    }

    @Test
    void traitsOfMembersOnlyAreListedTheMostDiscriminatingFirst() {
        String[] members = names("a-", 6);
        seen(seen -> seen.client = 3L << 40, members);
        seen(seen -> seen.shape = 5L << 40, "a-0", "a-1", "a-2");
        seen(seen -> seen.ja4 = 7L << 40, "a-3");
        seen(seen -> {}, names("b-", 20));
        scene.found(Standing.MARKED, members);
        assertThat(ties()).containsEntry("members", 6).containsEntry("others", 20);
        assertThat(traits())
                .as("all have one system prompt and network, and one account has the TLS fingerprint")
                .extracting(trait -> trait.get("name"))
                .containsExactly("client", "shape");
        assertThat(traits().getFirst())
                .containsEntry("kind", "client")
                .containsEntry("accounts", 6)
                .containsEntry("others", 0)
                .containsEntry("positions", List.of(0, 1, 2, 3, 4, 5));
    }

    @Test
    void traitThatIsAsFrequentAmongOthersIsNotListed() {
        String[] members = names("a-", 4);
        seen(seen -> seen.ja4 = 7L << 40, members);
        seen(seen -> seen.ja4 = 7L << 40, "b-0");
        seen(seen -> {}, "b-1", "b-2", "b-3");
        scene.found(Standing.MARKED, members);
        assertThat(traits()).extracting(trait -> trait.get("name")).containsExactly("ja4");
        assertThat(traits().getFirst()).containsEntry("others", 1).containsEntry("kind", "client");
        seen(seen -> seen.ja4 = 7L << 40, "c-0", "c-1", "c-2", "c-3");
        assertThat(traits().getFirst()).as("4 of 4 beside 5 of 8").containsEntry("others", 5);
        scene.analyst.forget("b-1");
        scene.analyst.forget("b-2");
        scene.analyst.forget("b-3");
        assertThat(traits()).as("4 of 4 beside 5 of 5").isEmpty();
    }

    @Test
    void peopleFactsAndNetworksAreShownAsHashes() {
        Map<String, String> facts = Map.of("payment", HOSTILE);
        seen(
                seen -> {
                    seen.facts = facts;
                    seen.network = 9L << 40;
                    seen.asn = 64_501;
                },
                HOSTILE,
                "a-1");
        seen(seen -> {}, names("b-", 20));
        named(11L << 33, HOSTILE, "a-1");
        scene.found(Standing.MARKED, HOSTILE, "a-1");
        assertThat(traits())
                .extracting(trait -> trait.get("kind") + " " + trait.get("name"))
                .containsExactly("network asn", "network network", "person id", "fact payment");
        assertThat(traits()).allSatisfy(trait -> {
            assertThat((String) trait.get("value")).matches("[0-9a-f]{8}");
            assertThat(trait.get("positions")).isEqualTo(List.of(0, 1));
        });
        assertThat(ties().toString()).doesNotContain("img");
    }

    @Test
    void listIsBounded() {
        String[] members = names("a-", 30);
        seen(seen -> seen.client = 3L << 40, members);
        seen(seen -> {}, names("b-", 20));
        for (int person = 1; person <= 60; person++) {
            String first = "a-" + (person % 15);
            named((long) person << 33, first, "a-" + (15 + person % 15));
        }
        scene.found(Standing.MARKED, members);
        assertThat(traits()).hasSize(MemberTies.MAX_TRAITS);
        assertThat(traits().getFirst()).containsEntry("name", "client").containsEntry("accounts", 30);
        assertThat((List<?>) traits().getFirst().get("positions")).hasSize(MemberTies.MAX_NAMED);
        assertThat(traits().subList(1, MemberTies.MAX_TRAITS))
                .allMatch(trait -> trait.get("kind").equals("person"));
    }

    @Test
    void membersWithoutOtherAccountsBesideThemShareWhatTheyShare() {
        seen(seen -> {}, "a-1", "a-2");
        scene.found(Standing.MARKED, "a-1", "a-2");
        assertThat(ties()).containsEntry("others", 0);
        assertThat(traits()).extracting(trait -> trait.get("name")).contains("system", "client", "network", "asn");
    }
}
