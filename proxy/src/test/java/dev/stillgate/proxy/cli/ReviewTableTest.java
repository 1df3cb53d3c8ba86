package dev.stillgate.proxy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tables of the review queue. */
class ReviewTableTest {
    private static String table(String json) throws MalformedBody {
        return ReviewTable.of((Map<?, ?>) JsonValues.read(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void itemsAreAlignedInTheirOrder() throws MalformedBody {
        assertThat(table("""
            {"filters":{"behaviour":{"size":14,"items":[
              {"kind":"cluster","id":"c7","size":41,"unlabelled":40,"revision":3,"since":"2026-10-01T00:00:00Z",
               "evidence":3.25,"standing":"marked","ifConfirmed":"pooled","accounts":["a-1"],
               "links":[{"kind":"fact","name":"payment","accounts":38,"weight":2.4,"bound":0.001},
                        {"kind":"bounded","name":"dealt-out work","accounts":41,"weight":2.4,"bound":0.001}],
               "reasons":["dealt-out work","template"],
               "pending":{"what":"confirmed","by":"ann","why":"same card","at":"2026-10-02T00:00:00Z","approvals":1,"needed":2}},
              {"kind":"newcomer","id":"h1:0123456789","size":1,"since":"2026-10-03T00:00:00Z"}]}}}\
            """)).isEqualTo("""
                behaviour: 2 of 14, most suspicious first
                  ID             KIND      SIZE  UNLABELLED  REVISION  EVIDENCE  STANDING  IF CONFIRMED  SINCE                 WHY
                  c7             cluster     41          40         3       3.3  marked    pooled        2026-10-01T00:00:00Z  payment (fact), dealt-out work (bounded), template
                    waiting with 1 of 2 approvals: confirmed by ann: same card
                  h1:0123456789  newcomer     1           -         -         -  -         -             2026-10-03T00:00:00Z  -
                """);
    }

    @Test
    void emptyQueueAndFailedFilterAreNamed() throws MalformedBody {
        assertThat(table("{\"filters\":{\"a\":{\"size\":0,\"items\":[]},\"b\":{\"error\":\"as meant\"}}}"))
                .isEqualTo("a: nothing to review\nb: {error: as meant}\n");
    }

    @Test
    void hostileValuesCannotSendCommandsToTheTerminal() throws MalformedBody {
        String table = table("""
            {"filters":{"a\\u001b":{"size":"\\u009b","items":[5,{"id":"\\u001b[2J\\n","kind":["\\u202e"],"links":[3,
             {"name":"\\u0007"}],"reasons":["\\u0000"],"pending":{"why":"\\r"}}]}}}\
            """);
        assertThat(table.chars().filter(c -> c != '\n' && Character.isISOControl(c)))
                .isEmpty();
        assertThat(table).contains("\\u001b[2J\\u000a", "\\u202e", "\\u0007", "\\u0000", "\\u000d");
    }
}
