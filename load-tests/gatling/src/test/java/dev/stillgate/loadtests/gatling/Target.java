package dev.stillgate.loadtests.gatling;

import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.listFeeder;
import static io.gatling.javaapi.core.CoreDsl.rampUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;

import io.gatling.javaapi.core.FeederBuilder;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.http.HttpProtocolBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Target and load from system properties: {@code target} (a URL), {@code keys} (a file of API keys, one per line;
 * default a hundred generated ones), {@code model}, {@code rate} (arrivals per second), {@code seconds}; {@code p99}
 * (milliseconds), {@code admin} and {@code stub} (URLs of the admin API and of the stub model, empty for none), {@code
 * waking} (whether to warm up).
 */
record Target(
        String url,
        List<String> keys,
        String model,
        double rate,
        int seconds,
        int p99,
        String admin,
        String stub,
        boolean waking) {
    /** Response times of all requests of this run. */
    static final Measured MEASURED = new Measured();

    private static final long WAKING = 12;

    private static final int GENERATED_KEYS = 100;
    private static final double WAKING_RATE = 30;

    /** Reads the properties; the arguments are the defaults of the scenario. */
    static Target read(double rate, int seconds, int p99) {
        return new Target(
                required("target"),
                keys(System.getProperty("keys", "")),
                System.getProperty("model", "stub-1"),
                Double.parseDouble(System.getProperty("rate", Double.toString(rate))),
                Integer.getInteger("seconds", seconds),
                Integer.getInteger("p99", p99),
                System.getProperty("admin", ""),
                System.getProperty("stub", ""),
                Boolean.parseBoolean(System.getProperty("waking", "true")));
    }

    static String required(String property) {
        String value = System.getProperty(property);
        if (value == null || value.isEmpty()) {
            throw new IllegalArgumentException("this scenario needs -D" + property);
        }
        return value;
    }

    private static List<String> keys(String file) {
        if (file.isEmpty()) {
            return java.util.stream.IntStream.range(0, GENERATED_KEYS)
                    .mapToObj(i -> "sk-load-" + i)
                    .toList();
        }
        try (var lines = Files.lines(Path.of(file))) {
            List<String> keys =
                    lines.map(String::strip).filter(line -> !line.isEmpty()).toList();
            if (keys.isEmpty()) {
                throw new IllegalArgumentException(file + " has no keys");
            }
            return keys;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the keys of " + file, e);
        }
    }

    /** Returns a feeder of the keys in turn as the attribute {@code key}. */
    FeederBuilder<Object> feeder() {
        return listFeeder(keys.stream()
                        .map(key -> Map.<String, Object>of("key", key))
                        .toList())
                .circular();
    }

    /** Returns the start of the measured requests in seconds. */
    long begin() {
        return waking ? WAKING : 0;
    }

    /**
     * Returns all populations of a scenario, and prints the number of requests.
     *
     * @param requests number of measured requests
     * @param measured populations of the measured requests
     */
    List<PopulationBuilder> populations(double requests, PopulationBuilder... measured) {
        List<PopulationBuilder> all = new ArrayList<>();
        double before = 0;
        if (waking) {
            all.add(wakingPopulation());
            before = (Math.min(rate, WAKING_RATE) + wakingTo()) * (WAKING - 2);
        }
        all.addAll(List.of(measured));
        System.out.printf(
                "about %.0f requests to the model: %.0f measured%s%n",
                requests + before,
                requests,
                waking ? String.format(", %.0f before them as a warm-up (skip it with --no-waking)", before) : "");
        return all;
    }

    /** Prints the table of measured requests; fails the run if the 99th percentile of one name is too high. */
    void judge(String name) {
        System.out.print(MEASURED.table());
        int found = MEASURED.p99(name);
        System.out.printf("99th percentile of \"%s\": %d ms, limit %d ms%n", name, found, p99);
        if (found >= p99) {
            throw new Missed("the 99th percentile of \"" + name + "\" is " + found + " ms");
        }
    }

    private PopulationBuilder wakingPopulation() {
        return scenario("waking")
                .exec(feed(feeder())
                        .exec(Ask.answer("waking").whole(model))
                        .exec(new Ask("waking", true, true, 400, 64, "events=10").whole(model)))
                .injectOpen(rampUsersPerSec(Math.min(rate, WAKING_RATE))
                        .to(wakingTo())
                        .during(WAKING - 2L));
    }

    /** Returns the final arrival rate of the warm-up, with two requests each; lower for a model that may cost money. */
    private double wakingTo() {
        return stub.isEmpty() ? Math.min(rate, WAKING_RATE) : Math.max(WAKING_RATE, rate / 2);
    }

    /** Returns the maximum number of warm-up requests. */
    long wakingMost() {
        return waking ? (long) (2 * wakingTo() * WAKING) : 0;
    }

    HttpProtocolBuilder protocol() {
        return http.baseUrl(url).shareConnections();
    }

    /** Returns the text at a URL. */
    static String get(String from) {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(HttpRequest.newBuilder(URI.create(from)).build(), HttpResponse.BodyHandlers.ofString())
                    .body();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + from, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Returns the number of message requests at the stub, -1 without a stub. */
    long stubAsked() {
        return stubSaw("POST /v1/messages");
    }

    private long stubSaw(String what) {
        if (stub.isEmpty()) {
            return -1;
        }
        Matcher number =
                Pattern.compile('"' + Pattern.quote(what) + "\"\\s*:\\s*(\\d+)").matcher(get(stub + "/stub/stats"));
        return number.find() ? Long.parseLong(number.group(1)) : -1;
    }

    /** Fails the run if the stub counted a cancelled response. */
    void expectNothingCancelled() {
        if (stub.isEmpty()) {
            return; // a real model has no counters
        }
        long cancelled = stubSaw("cancelled");
        System.out.printf("the model got %d message requests; %d responses were cancelled%n", stubAsked(), cancelled);
        if (cancelled > 0) {
            throw new Missed(cancelled + " responses were cancelled");
        }
    }
}
