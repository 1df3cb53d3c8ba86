package dev.stillgate.loadtests.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The main job on played traffic, over the admin API of a running gateway: a cluster is found, an operator confirms it,
 * its accounts are pooled, and its text is refused or marked. Prints what happens.
 */
final class DemoStory {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FILTER = "behaviour";
    private static final int LEAST_ACCOUNTS = 10;
    private static final double MOST_LOG10_P = -3;
    private static final long PAUSE_MILLIS = 500;

    private final String admin;
    private final PrintStream out;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    DemoStory(String admin, PrintStream out) {
        this.admin = admin;
        this.out = out;
    }

    /** Waits for a cluster of at least ten accounts in the queue; returns its id, or null after the time. */
    @Nullable
    String await(Duration most) throws IOException, InterruptedException {
        JsonNode found = largest(until(most, "/review?limit=100", part -> size(largest(part)) >= LEAST_ACCOUNTS));
        if (size(found) < LEAST_ACCOUNTS) {
            out.println("NO cluster of " + LEAST_ACCOUNTS + " accounts was found in " + most.toSeconds() + " s");
            return null;
        }
        out.println("a cluster waits for review: " + found.path("id").asText() + ", " + size(found)
                + " accounts, evidence " + found.path("evidence") + ", because of " + found.path("reasons"));
        return found.path("id").asText();
    }

    private static JsonNode largest(JsonNode review) {
        JsonNode largest = MissingNode.getInstance();
        for (JsonNode item : review.path("items")) {
            if (item.path("kind").asText().equals("cluster") && size(item) > size(largest)) {
                largest = item;
            }
        }
        return largest;
    }

    private static int size(JsonNode cluster) {
        return cluster.path("size").asInt();
    }

    /** Confirms a cluster at its present revision. Returns whether accounts of it are pooled. */
    boolean confirm(String cluster, Duration most) throws IOException, InterruptedException {
        String order = JSON.writeValueAsString(Map.of(
                "by",
                "demo",
                "why",
                "the demo's operator",
                "revision",
                part("/clusters/" + cluster).path("revision").asLong()));
        HttpResponse<String> response = client.send(
                request("/clusters/" + cluster + "/confirm")
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(order))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            out.println("the cluster was NOT confirmed: " + response.statusCode() + " " + response.body());
            return false;
        }
        int pooled = pooled(until(most, "/clusters/" + cluster, page -> pooled(page) >= LEAST_ACCOUNTS));
        boolean enough = pooled >= LEAST_ACCOUNTS;
        out.println(
                enough
                        ? "an operator confirms it: " + pooled + " accounts share one budget"
                        : "its accounts are NOT pooled");
        return enough;
    }

    private static int pooled(JsonNode cluster) {
        return cluster.path("standings").path("pooled").asInt();
    }

    /**
     * Writes the texts that a cluster's members were served.
     *
     * @param answers texts of all campaigns, with {@code account} and {@code at}
     * @param since the earliest time, in milliseconds since the epoch
     * @param to the file to write
     */
    void served(String cluster, Path answers, long since, Path to) throws IOException, InterruptedException {
        var members = part("/clusters/" + cluster)
                .path("members")
                .valueStream()
                .map(member -> member.path("account").asText())
                .collect(Collectors.toSet());
        List<String> kept = new ArrayList<>();
        for (String line : Files.readAllLines(answers)) {
            JsonNode answer = JSON.readTree(line);
            if (members.contains(answer.path("account").asText())
                    && answer.path("at").asLong() >= since) {
                kept.add(line);
            }
        }
        Files.write(to, kept);
    }

    /** Prints what happened to the cluster's text. Returns whether some was refused and some was marked. */
    boolean text(String cluster) throws IOException, InterruptedException {
        JsonNode text = part("/clusters/" + cluster).path("text");
        long refused = text.path("tokensRefused").asLong();
        long marked = text.path("tokensMarked").asLong();
        long free = text.path("tokensFree").asLong();
        double all = Math.max(1, refused + marked + free);
        out.printf(
                "of the text that it asked for since it was found: %.0f %% refused, %.0f %% marked, %.0f %% free"
                        + " (%,d output tokens; refused is an estimate)%n",
                100 * refused / all, 100 * marked / all, 100 * free / all, (long) all);
        return refused > 0 && marked > 0;
    }

    /**
     * Prints the finding of a test for marks. Returns whether the key of a cluster is the best one, with a p of at most 1
     * in 1,000, adjusted for all keys.
     *
     * @param verified the JSON of {@code canary verify}
     */
    boolean finding(String cluster, byte[] verified) throws IOException {
        JsonNode report = JSON.readTree(verified);
        JsonNode best = report.path("keys").path(0);
        if (!best.path("log10pHolm").isNumber()) {
            out.println("NO key was tested");
            return false;
        }
        double log10p = best.path("log10pHolm").asDouble();
        out.printf(
                "%s: p = 10^%.1f, adjusted for %d keys, from %s places in %s words%n%s%n",
                best.path("key").asText(),
                log10p,
                report.path("keys").size(),
                report.path("sites"),
                report.path("words"),
                report.path("finding").asText());
        return log10p <= MOST_LOG10_P && best.path("key").asText().startsWith(cluster + "/");
    }

    /** Returns the part of the fingerprint filter of an admin page, a missing node if there is none. */
    private JsonNode part(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(request(path).build(), HttpResponse.BodyHandlers.ofByteArray());
        return response.statusCode() == 200
                ? JSON.readTree(response.body()).path("filters").path(FILTER)
                : MissingNode.getInstance();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(admin + path)).timeout(Duration.ofSeconds(20));
    }

    /** Reads a page twice a second until it is as wanted, at most for some time; returns it. */
    private JsonNode until(Duration most, String path, Predicate<JsonNode> wanted)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        JsonNode part = part(path);
        while (!wanted.test(part) && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            part = part(path);
        }
        return part;
    }
}
