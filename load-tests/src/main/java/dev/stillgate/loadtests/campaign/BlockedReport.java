package dev.stillgate.loadtests.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stillgate.loadtests.campaign.attack.BlockedAccounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reader of the accounts in a backtest report that reached a standing. */
final class BlockedReport {
    private static final List<String> LADDER = List.of("marked", "pooled", "blocked");

    private BlockedReport() {}

    /** Returns the accounts that reached a standing or a more severe one. */
    static BlockedAccounts read(Path report, String standing) throws IOException {
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
        return new BlockedAccounts(Map.copyOf(since));
    }
}
