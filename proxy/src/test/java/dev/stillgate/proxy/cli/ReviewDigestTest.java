package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Digests of clusters' and accounts' pages. */
class ReviewDigestTest {
    private static Map<?, ?> page(String json) throws MalformedBody {
        return (Map<?, ?>) JsonValues.read(json.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void linksAreGroupedByKindStrongestFirst() throws MalformedBody {
        assertThat(ReviewDigest.evidence(page("""
                {"id":"c7","filters":{"behaviour":{"size":41,"links":[
                  {"kind":"bounded","name":"registration-burst","weight":1.5},{"kind":"fact","name":"payment","weight":3},
                  {"kind":"bounded","name":"dealt-out work","weight":2.4}],
                 "traits":{"length":1.25},"signals":{"x":1},"refused":5}}}"""))).isEqualTo(page("""
                {"id":"c7","filters":{"behaviour":{"size":41,"links":{
                   "bounded":[{"name":"dealt-out work","weight":2.4},{"name":"registration-burst","weight":1.5}],
                   "fact":[{"name":"payment","weight":3}]},
                 "traits":{"length":1.25},"refused":5}}}"""));
    }

    @Test
    void longListsAndCountsAreShortened() throws MalformedBody {
        String items = IntStream.range(0, 11).mapToObj(Integer::toString).collect(Collectors.joining(","));
        String counts = IntStream.range(0, 23).mapToObj(i -> "\"k" + i + "\":1").collect(Collectors.joining(","));
        Map<?, ?> digest = ReviewDigest.evidence(
                page("{\"a\":[" + items + "],\"b\":{" + counts + "},\"c\":{" + counts + ",\"t\":\"\"}}"));
        assertThat(digest.get("a"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(11)
                .endsWith(9L, "… 1 more");
        assertThat(digest.get("b"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .hasSize(21)
                .containsEntry("…", "3 more");
        assertThat(digest.get("c")).as("fields of several kinds").isEqualTo(page("{" + counts + ",\"t\":\"\"}"));
    }

    @Test
    void pagesOfOtherShapesAreKept() throws MalformedBody {
        for (String json : new String[] {
            "{}",
            "{\"filters\":{}}",
            "{\"filters\":{\"a\":[1,2],\"b\":{\"links\":\"none\"}}}",
            "{\"error\":\"as meant\"}"
        }) {
            assertThat(ReviewDigest.evidence(page(json))).as(json).isEqualTo(page(json));
        }
        assertThat(ReviewDigest.evidence(page("{\"filters\":3}"))).isEqualTo(page("{\"filters\":{}}"));
    }

    @Test
    void outcomeIsReducedToTheDecision() throws MalformedBody {
        assertThat(ReviewDigest.outcome(page("""
                {"id":"c7","inForce":"pooled","filters":{"behaviour":{"id":"c7","size":41,"revision":3,"members":[1],
                 "evidence":2.5,"pending":{"what":"confirm","approvals":1,"needed":2}}}}"""))).isEqualTo(page("""
                {"id":"c7","inForce":"pooled","filters":{"behaviour":{"id":"c7","size":41,"revision":3,
                 "pending":{"what":"confirm","approvals":1,"needed":2}}}}"""));
    }
}
