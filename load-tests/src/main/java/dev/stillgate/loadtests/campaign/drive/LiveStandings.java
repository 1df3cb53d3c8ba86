package dev.stillgate.loadtests.campaign.drive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a gateway's admin port says of those who were played: how their accounts stand, and which clusters they are in. */
final class LiveStandings {
    private static final List<String> RUNGS = List.of("watched", "tightened", "marked", "slowed", "blocked");
    private static final int CLUSTERS_SHOWN = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI admin;
    private final Map<String, String> labels = new HashMap<>();

    LiveStandings(URI admin) {
        this.admin = admin;
    }

    /** Notes whose account one is; cover traffic is its campaign's. */
    void note(String account, String label) {
        labels.putIfAbsent(account, label.replaceFirst("/cover$", ""));
    }

    /** Prints the accounts of each label by their standing, and the clusters by whom they hold. */
    void print(HttpClient client, PrintStream out) throws IOException, InterruptedException {
        Map<String, String> standings = new HashMap<>();
        List<String> clusters = new ArrayList<>();
        for (JsonNode ofFilter : get(client, "/clusters").path("filters")) {
            for (JsonNode listed : ofFilter) {
                String id = listed.path("id").asText();
                for (JsonNode cluster : get(client, "/clusters/" + id).path("filters")) {
                    clusters.add(row(cluster, standings));
                }
            }
        }
        printAccounts(standings, out);
        out.println("| cluster | members | evidence | whose |\n|---|--:|--:|---|");
        clusters.stream().limit(CLUSTERS_SHOWN).forEach(out::println);
        out.printf("%d clusters%n", clusters.size());
    }

    private String row(JsonNode cluster, Map<String, String> standings) {
        Map<String, Integer> whose = new TreeMap<>();
        for (JsonNode member : cluster.path("members")) {
            String account = member.path("account").asText();
            standings.put(account, member.path("standing").asText());
            whose.merge(labels.getOrDefault(account, "nobody's"), 1, Integer::sum);
        }
        return "| %s | %d | %s | %s |"
                .formatted(
                        cluster.path("id").asText(),
                        cluster.path("size").asInt(),
                        cluster.path("evidence").asText(),
                        whose.entrySet().stream()
                                .map(entry -> entry.getValue() + " " + entry.getKey())
                                .collect(Collectors.joining(", ")));
    }

    private void printAccounts(Map<String, String> standings, PrintStream out) {
        Map<String, Map<String, Integer>> byLabel = new TreeMap<>();
        labels.forEach((account, label) -> byLabel.computeIfAbsent(label, any -> new HashMap<>())
                .merge(standings.getOrDefault(account, "clear"), 1, Integer::sum));
        out.println("| accounts of | all | " + String.join(" | ", RUNGS) + " |");
        out.println("|---" + "|--:".repeat(RUNGS.size() + 1) + "|");
        byLabel.forEach((label, counts) -> out.printf(
                "| %s | %d | %s |%n",
                label,
                counts.values().stream().mapToInt(Integer::intValue).sum(),
                RUNGS.stream()
                        .map(rung -> Integer.toString(counts.getOrDefault(rung, 0)))
                        .collect(Collectors.joining(" | "))));
    }

    private JsonNode get(HttpClient client, String path) throws IOException, InterruptedException {
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
