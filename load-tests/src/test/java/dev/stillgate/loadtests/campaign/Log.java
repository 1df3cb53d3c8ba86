package dev.stillgate.loadtests.campaign;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stillgate.loadtests.campaign.harvest.Blocked;
import dev.stillgate.loadtests.campaign.harvest.Plan;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A log that was generated for a test. */
final class Log {
    static final long DAY = 86_400_000;
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Log() {}

    static Cast cast(long seed, int days, int honest, List<Plan> plans, Blocked blocked) {
        return Cast.draw(new Scenario("test", days, honest, plans), seed, days, honest, 1, blocked);
    }

    static byte[] bytes(Cast cast) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        cast.play(new LogWriter(out));
        return out.toByteArray();
    }

    static List<JsonNode> lines(Cast cast) {
        List<JsonNode> lines = new ArrayList<>();
        new String(bytes(cast), StandardCharsets.UTF_8).lines().forEach(line -> {
            try {
                lines.add(STRICT.readTree(line));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return lines;
    }

    /** Returns how many exchanges each account has on each day. */
    static Map<String, int[]> daily(Cast cast, String label) {
        Map<String, int[]> counts = new TreeMap<>();
        int days = cast.world().days();
        cast.play(exchange -> {
            if (exchange.label().startsWith(label)) {
                int day = (int) ((exchange.time() - cast.world().start()) / DAY);
                counts.computeIfAbsent(exchange.account().id(), id -> new int[days])[day]++;
            }
        });
        return counts;
    }
}
