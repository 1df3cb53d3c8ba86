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
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What admin ports say of those who were played: how their accounts stand, when half of them had climbed, and which clusters
 * they are in. Of a fleet the gateway that concludes is believed.
 */
final class LiveStandings {
    private static final List<String> RUNGS = List.of("watched", "tightened", "marked", "slowed", "blocked");
    private static final int CLUSTERS_SHOWN = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<URI> admins;
    private final Map<String, String> labels = new HashMap<>();

    LiveStandings(List<URI> admins) {
        this.admins = admins;
    }

    /** How one account stands, and when it first stood at tightened or above: milliseconds of the gateway's calendar, or never. */
    private record Stands(String standing, long climbed) {
        static final long NEVER = Long.MAX_VALUE;
    }

    /** Notes whose account one is; cover traffic is its campaign's. */
    void note(String account, String label) {
        labels.putIfAbsent(account, label.replaceFirst("/cover$", ""));
    }

    /**
     * Prints the accounts of each label by their standing, and the clusters by whom they hold.
     *
     * @param began when the first exchange was sent, in milliseconds of the gateways' calendar
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
        out.println("| cluster | since day | members | evidence | whose |\n|---|--:|--:|--:|---|");
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
        Map<String, Integer> whose = new TreeMap<>();
        for (JsonNode member : cluster.path("members")) {
            whose.merge(labels.getOrDefault(member.path("account").asText(), "nobody's"), 1, Integer::sum);
        }
        return "| %s | %s | %d | %s | %s |"
                .formatted(
                        cluster.path("id").asText(),
                        day(millis(cluster.path("since")), began),
                        cluster.path("size").asInt(),
                        cluster.path("evidence").asText(),
                        whose.entrySet().stream()
                                .map(entry -> entry.getValue() + " " + entry.getKey())
                                .collect(Collectors.joining(", ")));
    }

    private void printAccounts(HttpClient client, URI admin, long began, PrintStream out)
            throws IOException, InterruptedException {
        Map<String, List<Stands>> byLabel = new TreeMap<>();
        for (Map.Entry<String, String> each : labels.entrySet()) {
            byLabel.computeIfAbsent(each.getValue(), label -> new ArrayList<>())
                    .add(standing(client, admin, each.getKey()));
        }
        out.println("| accounts of | all | " + String.join(" | ", RUNGS) + " | half tightened by day |");
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

    private static String half(List<Stands> accounts, long began) {
        long[] times = accounts.stream().mapToLong(Stands::climbed).sorted().toArray();
        long median = times[(times.length - 1) / 2];
        return median == Stands.NEVER ? "-" : day(median, began);
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

    private static Stands standing(HttpClient client, URI admin, String account)
            throws IOException, InterruptedException {
        String standing = "clear";
        long climbed = Stands.NEVER;
        for (JsonNode ofFilter : get(client, admin, "/accounts/" + account).path("filters")) {
            if (ofFilter.has("standing")) {
                standing = ofFilter.path("standing").asText();
                for (JsonNode change : ofFilter.path("changes")) {
                    if (RUNGS.indexOf(change.path("standing").asText()) >= RUNGS.indexOf("tightened")) {
                        climbed = Math.min(climbed, millis(change.path("at")));
                    }
                }
            }
        }
        return new Stands(standing, climbed);
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
