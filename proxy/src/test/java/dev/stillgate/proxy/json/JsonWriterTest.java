package dev.stillgate.proxy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;

class JsonWriterTest {
    private enum Kind {
        INPUT_TOKENS
    }

    private record Bucket(String name, Kind measuredIn, long left, Object more) {}

    @Test
    void everyKindOfValueHasItsJson() {
        Map<Object, Object> map = new LinkedHashMap<>();
        map.put(Kind.INPUT_TOKENS, List.of());
        map.put("b", Map.of());
        map.put(3, null);
        assertThat(JsonWriter.json(new Bucket("requests", Kind.INPUT_TOKENS, 1L << 60, map)))
                .isEqualTo("{\"name\":\"requests\",\"measuredIn\":\"input-tokens\",\"left\":1152921504606846976,"
                        + "\"more\":{\"input-tokens\":[],\"b\":{},\"3\":null}}");
        List<Object> items = Arrays.asList(
                true, 1.5, Double.NaN, Float.POSITIVE_INFINITY, new BigDecimal("1E+3"), new LongAdder(), 'c', null);
        assertThat(JsonWriter.json(items)).isEqualTo("[true,1.5,null,null,1E+3,0,\"c\",null]");
        assertThat(JsonWriter.json(LocalDate.of(2026, 1, 12))).isEqualTo("\"2026-01-12\"");
    }

    @Test
    void textIsEscaped() throws IOException {
        String nasty = "a\"b\\c\n\u0000\u007f\u2028 ü \ud83c\udf0d lone \ud800";
        String json = JsonWriter.json(Map.of(nasty, nasty));
        assertThat(json).doesNotContain("\n").doesNotContain("\ud800");
        assertThat(new ObjectMapper().readTree(json).fieldNames().next()).isEqualTo(nasty);
        assertThat(new ObjectMapper().readTree(json).elements().next().asText()).isEqualTo(nasty);
    }

    @Test
    void whatLeadsInCirclesOrNeverEndsIsRefused() {
        List<Object> circle = new ArrayList<>();
        circle.add(circle);
        assertThatThrownBy(() -> JsonWriter.json(circle))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nested");
        List<Object> fan = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            fan.add(fan);
        }
        assertThatThrownBy(() -> JsonWriter.json(fan)).isInstanceOf(IllegalArgumentException.class);
        List<String> long1 = java.util.Collections.nCopies(10_000_000, "x");
        assertThatThrownBy(() -> JsonWriter.json(long1)).hasMessageContaining("longer");
    }

    @Test
    void aRecordThatFailsSaysWhere() {
        record Failing(int here) {
            @Override
            public int here() {
                throw new IllegalStateException("as meant");
            }
        }
        assertThatThrownBy(() -> JsonWriter.json(new Failing(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("here", "as meant");
    }
}
