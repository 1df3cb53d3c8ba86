package dev.stillgate.proxy.cli;

import dev.stillgate.proxy.config.IndentedJson;
import dev.stillgate.proxy.json.JsonValues;
import dev.stillgate.proxy.json.MalformedBody;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The main job on played traffic, over the admin API of a running gateway: a cluster is found, an operator confirms it,
 * its accounts are pooled, and its text is refused or marked. Prints what happens.
 */
final class DemoStory {
    private static final String FILTER = "behaviour";
    private static final int LEAST_ACCOUNTS = 10;
    private static final double MOST_LOG10_P = -3;
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final String admin;
    private final PrintStream out;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    DemoStory(String admin, PrintStream out) {
        this.admin = admin;
        this.out = out;
    }

    /** Waits for a cluster of at least ten accounts in the queue; returns its id, or null after the time. */
    @Nullable
    String await(Duration most) throws IOException, InterruptedException {
        Map<?, ?> found = until(most, "/review?limit=100", this::largest, each -> true);
        if (found == null) {
            out.println("NO cluster of " + LEAST_ACCOUNTS + " accounts was found in " + most.toSeconds() + " s");
            return null;
        }
        out.println("a cluster waits for review: " + found.get("id") + ", " + found.get("size") + " accounts, evidence "
                + found.get("evidence") + ", because of " + found.get("reasons"));
        return String.valueOf(found.get("id"));
    }

    private @Nullable Map<?, ?> largest(Map<?, ?> review) {
        Map<?, ?> largest = null;
        long most = LEAST_ACCOUNTS - 1;
        if (review.get("items") instanceof List<?> items) {
            for (Object item : items) {
                if (item instanceof Map<?, ?> fields
                        && "cluster".equals(fields.get("kind"))
                        && number(fields, "size") > most) {
                    largest = fields;
                    most = number(fields, "size");
                }
            }
        }
        return largest;
    }

    /** Confirms a cluster at its present revision. Returns whether accounts of it are pooled. */
    boolean confirm(String cluster, Duration most) throws IOException, InterruptedException {
        Map<?, ?> page = part("/clusters/" + cluster);
        if (page == null) {
            out.println("NO page of cluster " + cluster);
            return false;
        }
        Map<String, Object> order = new LinkedHashMap<>();
        order.put("by", "demo");
        order.put("why", "the demo's operator");
        order.put("revision", number(page, "revision"));
        HttpResponse<String> answer = client.send(
                request("/clusters/" + cluster + "/confirm")
                        .header("content-type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(IndentedJson.of(order)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            out.println("the cluster was NOT confirmed: " + answer.statusCode() + " " + answer.body());
            return false;
        }
        Map<?, ?> pooled =
                until(most, "/clusters/" + cluster, each -> each, each -> standing(each, "pooled") >= LEAST_ACCOUNTS);
        out.println(
                pooled == null
                        ? "its accounts are NOT pooled"
                        : "an operator confirms it: " + standing(pooled, "pooled") + " accounts share one budget");
        return pooled != null;
    }

    private static long standing(Map<?, ?> cluster, String standing) {
        return cluster.get("standings") instanceof Map<?, ?> standings ? number(standings, standing) : 0;
    }

    /**
     * Writes the texts that a cluster's members were served.
     *
     * @param answers texts of all campaigns, with {@code account} and {@code at}
     * @param since the earliest time, in milliseconds since the epoch
     * @param to the file to write
     */
    void served(String cluster, Path answers, long since, Path to) throws IOException, InterruptedException {
        Map<?, ?> page = part("/clusters/" + cluster);
        Set<Object> members = new HashSet<>();
        if (page != null && page.get("members") instanceof List<?> listed) {
            listed.forEach(member -> {
                if (member instanceof Map<?, ?> fields && fields.get("account") instanceof String account) {
                    members.add(account);
                }
            });
        }
        List<String> kept = new ArrayList<>();
        for (String line : Files.readAllLines(answers)) {
            try {
                if (JsonValues.read(line.getBytes(StandardCharsets.UTF_8)) instanceof Map<?, ?> answer
                        && answer.get("account") instanceof String account
                        && members.contains(account)
                        && number(answer, "at") >= since) {
                    kept.add(line);
                }
            } catch (MalformedBody e) {
                throw new IOException(answers + " has a line that is not JSON", e);
            }
        }
        Files.write(to, kept);
    }

    /** Prints what happened to the cluster's text. Returns whether some was refused and some was marked. */
    boolean text(String cluster) throws IOException, InterruptedException {
        Map<?, ?> page = part("/clusters/" + cluster);
        if (page == null || !(page.get("text") instanceof Map<?, ?> text)) {
            out.println("NO figures of the text");
            return false;
        }
        long refused = number(text, "tokensRefused");
        long marked = number(text, "tokensMarked");
        long free = number(text, "tokensFree");
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
     */
    boolean finding(String cluster, Path verified) throws IOException {
        try {
            if (JsonValues.read(Files.readAllBytes(verified)) instanceof Map<?, ?> report
                    && report.get("keys") instanceof List<?> keys
                    && !keys.isEmpty()
                    && keys.getFirst() instanceof Map<?, ?> best
                    && best.get("log10pHolm") instanceof Number holm) {
                out.printf(
                        "%s: p = 10^%.1f, adjusted for %d keys, from %s places in %s words%n%s%n",
                        best.get("key"),
                        holm.doubleValue(),
                        keys.size(),
                        report.get("sites"),
                        report.get("words"),
                        report.get("finding"));
                return holm.doubleValue() <= MOST_LOG10_P
                        && String.valueOf(best.get("key")).startsWith(cluster + "/");
            }
        } catch (MalformedBody e) {
            throw new IOException("canary verify printed no JSON", e);
        }
        out.println("NO key was tested");
        return false;
    }

    private static long number(Map<?, ?> fields, String name) {
        return fields.get(name) instanceof Number number ? number.longValue() : 0;
    }

    /** Returns the part of the fingerprint filter of an admin page, null if there is none. */
    private @Nullable Map<?, ?> part(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = client.send(request(path).build(), HttpResponse.BodyHandlers.ofByteArray());
        try {
            return answer.statusCode() == 200
                            && JsonValues.read(answer.body()) instanceof Map<?, ?> page
                            && page.get("filters") instanceof Map<?, ?> parts
                            && parts.get(FILTER) instanceof Map<?, ?> part
                    ? part
                    : null;
        } catch (MalformedBody e) {
            throw new IOException(path + " is not JSON: " + new String(answer.body(), StandardCharsets.UTF_8), e);
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(admin + path)).timeout(Duration.ofSeconds(20));
    }

    /** A part of a page, null if the page does not have it yet. */
    @FunctionalInterface
    private interface Selection {
        @Nullable
        Map<?, ?> of(Map<?, ?> part);
    }

    /** Reads a page twice a second until a part of it is as wanted; returns that, or null after the time. */
    private @Nullable Map<?, ?> until(Duration most, String path, Selection of, Predicate<Map<?, ?>> wanted)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        while (System.nanoTime() - end < 0) {
            Map<?, ?> part = part(path);
            Map<?, ?> selected = part == null ? null : of.of(part);
            if (selected != null && wanted.test(selected)) {
                return selected;
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        }
        return null;
    }
}
