package dev.stillgate.loadtests.campaign;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stillgate.loadtests.campaign.traffic.CampaignPlan;
import dev.stillgate.loadtests.campaign.traffic.LogWriter;
import dev.stillgate.loadtests.campaign.traffic.Scenario;
import dev.stillgate.loadtests.campaign.traffic.SignUpRules;
import dev.stillgate.loadtests.campaign.traffic.Simulation;
import dev.stillgate.loadtests.campaign.traffic.Tactics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Generated logs for tests. */
final class Log {
    static final long DAY = 86_400_000;
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private Log() {}

    static Simulation simulation(long seed, int days, int honest, List<CampaignPlan> plans) {
        return Simulation.create(
                new Scenario("test", days, honest, plans), seed, days, honest, 1, Tactics.STUBBORN, SignUpRules.PLAIN);
    }

    static byte[] bytes(Simulation simulation) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        simulation.play(new LogWriter(out));
        return out.toByteArray();
    }

    static List<JsonNode> lines(Simulation simulation) {
        List<JsonNode> lines = new ArrayList<>();
        new String(bytes(simulation), StandardCharsets.UTF_8).lines().forEach(line -> {
            try {
                lines.add(STRICT.readTree(line));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return lines;
    }

    /** Returns the number of exchanges per day of each account. */
    static Map<String, int[]> daily(Simulation simulation, String label) {
        Map<String, int[]> counts = new TreeMap<>();
        int days = simulation.world().days();
        simulation.play(exchange -> {
            if (exchange.label().startsWith(label)) {
                int day = (int) ((exchange.time() - simulation.world().start()) / DAY);
                counts.computeIfAbsent(exchange.account().id(), id -> new int[days])[day]++;
            }
        });
        return counts;
    }
}
