package dev.stillgate.loadtests.campaign;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Final standings and clusters of the simulated accounts, read from the admin API. In a fleet the gateway with the most
 * clusters is the one that runs the analysis. Not thread-safe.
 */
final class LiveStandings {
    private static final List<String> RUNGS = List.of("marked", "pooled", "blocked");
    private static final int CLUSTERS_SHOWN = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<URI> admins;
    private final Map<String, String> labels = new HashMap<>();

    LiveStandings(List<URI> admins) {
        this.admins = admins;
    }

    /**
     * Standing of an account, and when it first reached {@code pooled}: milliseconds of the gateway's calendar, or
     * never.
     */
    private record AccountState(String standing, long pooled) {
        static final long NEVER = Long.MAX_VALUE;
    }

    /** Records the label of an account; cover traffic counts for its campaign. */
    void note(String account, String label) {
        labels.putIfAbsent(account, label.replaceFirst("/cover$", ""));
    }

    /**
     * Prints the accounts of each label by standing, and the clusters with the labels of their members.
     *
     * @param began time of the first exchange, in milliseconds of the gateways' calendar
     */
    void print(HttpClient client, long began, PrintStream out) throws IOException, InterruptedException {
        URI analyst = admins.getFirst();
        List<JsonNode> clusters = List.of();
        for (URI admin : admins) {
            List<JsonNode> here = clusters(client, admin);
            if (here.size() > clusters.size()) {
                clusters = here;
                analyst = admin;
            }
        }
        printAccounts(client, analyst, began, out);
        out.println("| cluster | since day | members | evidence | labels |\n|---|--:|--:|--:|---|");
        clusters.stream().limit(CLUSTERS_SHOWN).forEach(cluster -> out.println(row(cluster, began)));
        out.printf("%d clusters%n", clusters.size());
    }

    private static List<JsonNode> clusters(HttpClient client, URI admin) throws IOException, InterruptedException {
        List<JsonNode> clusters = new ArrayList<>();
        for (JsonNode ofFilter : get(client, admin, "/clusters").path("filters")) {
            for (JsonNode listed : ofFilter) {
                String id = listed.path("id").asText();
                get(client, admin, "/clusters/" + id).path("filters").forEach(clusters::add);
            }
        }
        return clusters;
    }

    private String row(JsonNode cluster, long began) {
        Map<String, Integer> byLabelInCluster = new TreeMap<>();
        for (JsonNode member : cluster.path("members")) {
            byLabelInCluster.merge(labels.getOrDefault(member.path("account").asText(), "unknown"), 1, Integer::sum);
        }
        return "| %s | %s | %d | %s | %s |"
                .formatted(
                        cluster.path("id").asText(),
                        day(millis(cluster.path("since")), began),
                        cluster.path("size").asInt(),
                        cluster.path("evidence").asText(),
                        byLabelInCluster.entrySet().stream()
                                .map(entry -> entry.getValue() + " " + entry.getKey())
                                .collect(Collectors.joining(", ")));
    }

    private void printAccounts(HttpClient client, URI admin, long began, PrintStream out)
            throws IOException, InterruptedException {
        Map<String, List<AccountState>> byLabel = new TreeMap<>();
        for (Map.Entry<String, String> each : labels.entrySet()) {
            byLabel.computeIfAbsent(each.getValue(), label -> new ArrayList<>())
                    .add(standing(client, admin, each.getKey()));
        }
        out.println("| accounts of | all | " + String.join(" | ", RUNGS) + " | half pooled by day |");
        out.println("|---" + "|--:".repeat(RUNGS.size() + 2) + "|");
        byLabel.forEach((label, accounts) -> out.printf(
                "| %s | %d | %s | %s |%n",
                label,
                accounts.size(),
                RUNGS.stream()
                        .map(rung -> Long.toString(accounts.stream()
                                .filter(each -> each.standing().equals(rung))
                                .count()))
                        .collect(Collectors.joining(" | ")),
                half(accounts, began)));
    }

    private static String half(List<AccountState> accounts, long began) {
        long[] times =
                accounts.stream().mapToLong(AccountState::pooled).sorted().toArray();
        long median = times[(times.length - 1) / 2];
        return median == AccountState.NEVER ? "-" : day(median, began);
    }

    private static long millis(JsonNode time) {
        return Instant.parse(time.asText()).toEpochMilli();
    }

    private static String day(long millis, long began) {
        return String.format(
                Locale.ROOT,
                "%.1f",
                (millis - began) / (double) Duration.ofDays(1).toMillis());
    }

    private static AccountState standing(HttpClient client, URI admin, String account)
            throws IOException, InterruptedException {
        String standing = "clear";
        long pooled = AccountState.NEVER;
        for (JsonNode ofFilter : get(client, admin, "/accounts/" + account).path("filters")) {
            if (ofFilter.has("standing")) {
                standing = ofFilter.path("standing").asText();
                for (JsonNode change : ofFilter.path("changes")) {
                    if (RUNGS.indexOf(change.path("standing").asText()) >= RUNGS.indexOf("pooled")) {
                        pooled = Math.min(pooled, millis(change.path("at")));
                    }
                }
            }
        }
        return new AccountState(standing, pooled);
    }

    private static JsonNode get(HttpClient client, URI admin, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(admin.resolve(path))
                .timeout(Duration.ofSeconds(30))
                .build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
        }
        return JSON.readTree(answer.body());
    }
}
