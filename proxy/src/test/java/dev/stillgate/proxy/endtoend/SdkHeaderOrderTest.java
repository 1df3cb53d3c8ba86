package dev.stillgate.proxy.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stillgate.proxy.dialect.Fixtures;
import dev.stillgate.spi.HeaderOrder;
import dev.stillgate.spi.Headers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests the header field order of recorded requests of real SDKs, if the shared data is present. */
class SdkHeaderOrderTest {
    /** The fields of a recorded request. */
    private record Recorded(JsonNode fields) implements Headers {
        @Override
        public String first(String name) {
            for (JsonNode field : fields) {
                if (field.get(0).asText().equalsIgnoreCase(name)) {
                    return field.get(1).asText();
                }
            }
            return null;
        }

        @Override
        public void forEach(BiConsumer<String, String> consumer) {
            fields.forEach(
                    field -> consumer.accept(field.get(0).asText(), field.get(1).asText()));
        }

        @Override
        public int size() {
            return fields.size();
        }
    }

    @Test
    @Tag("shared")
    void headerOrderIdentifiesTheSdk() throws Exception {
        Path profiles = Fixtures.shared("fingerprints/sdk-header-profiles.jsonl");
        Map<String, Map<Long, Integer>> orders = new HashMap<>();
        ObjectMapper json = new ObjectMapper();
        for (String line : Files.readAllLines(profiles)) {
            JsonNode profile = json.readTree(line);
            String software = profile.get("user_agent").asText().replaceAll("[ 0-9].*", "");
            orders.computeIfAbsent(software, absent -> new HashMap<>())
                    .merge(
                            HeaderOrder.of(new Recorded(profile.get("headers"))),
                            profile.get("count").asInt(),
                            Integer::sum);
        }
        assertThat(orders)
                .containsKeys("OpenAI/Python", "AsyncAnthropic/Python", "Go-http-client/", "python-requests/");
        Set<Long> commonest = new HashSet<>();
        for (String software :
                Set.of("OpenAI/Python", "AsyncAnthropic/Python", "Go-http-client/", "python-requests/")) {
            Map<Long, Integer> of = orders.get(software);
            int all = of.values().stream().mapToInt(Integer::intValue).sum();
            Map.Entry<Long, Integer> most =
                    of.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
            assertThat(most.getValue()).as(software).isGreaterThan(all / 4);
            commonest.add(most.getKey());
        }
        assertThat(commonest).hasSize(4);
    }
}
