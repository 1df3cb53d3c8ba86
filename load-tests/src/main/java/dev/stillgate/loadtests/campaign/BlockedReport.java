package dev.stillgate.loadtests.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stillgate.loadtests.campaign.harvest.Blocked;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads out of a backtest's report which accounts reached a standing, and when. */
final class BlockedReport {
    private static final List<String> LADDER = List.of("watched", "tightened", "marked", "slowed", "blocked");

    private BlockedReport() {}

    /** Reads a report; {@code standing} and all above it count. */
    static Blocked read(Path report, String standing) throws IOException {
        int rung = LADDER.indexOf(standing);
        if (rung < 0) {
            throw new IllegalArgumentException("--replace-at: expected one of " + LADDER + ", found " + standing);
        }
        Map<String, Long> since = new HashMap<>();
        JsonNode root = new JsonMapper().readTree(report.toFile());
        for (JsonNode entry : root.path("standings")) {
            for (JsonNode change : entry.path("changes")) {
                if (LADDER.indexOf(change.path("standing").asText()) >= rung) {
                    since.merge(
                            entry.path("account").asText(), change.path("ts").asLong(), Math::min);
                }
            }
        }
        return new Blocked(Map.copyOf(since));
    }
}
