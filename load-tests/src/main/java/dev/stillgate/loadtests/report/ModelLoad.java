package dev.stillgate.loadtests.report;

import dev.stillgate.loadtests.report.ModelRequests.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Open load: every request is sent at its intended time by a thread of its own, whatever happened to earlier ones.
 * Connections are HTTP/1.1 and reused.
 *
 * @param drain maximum time from the last arrival to the end of all responses
 */
record ModelLoad(HttpClient client, ModelRequests requests, Duration drain) implements AutoCloseable {
    /** The second request of a pair starts this much later, or a quarter of the mean gap if that is shorter. */
    private static final long PAIR_GAP = TimeUnit.MILLISECONDS.toNanos(5);

    /** Creates a load with a client of its own. */
    static ModelLoad of(ModelRequests requests, Duration drain) {
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(10))
                .build();
        return new ModelLoad(client, requests, drain);
    }

    /** A request to be sent at a time. */
    private record Due(long at, int target, int index) {}

    /**
     * Sends every arrival to every target, and waits for the responses.
     *
     * @param targets one or two; with two, even arrivals go to the first one first, odd ones to the second one
     * @param arrivals intended starts in nanoseconds since the start of the run, in ascending order
     * @return the records of each target in order of arrival
     */
    List<List<RequestRecord>> run(List<Target> targets, List<Long> arrivals) throws InterruptedException {
        long begin = System.nanoTime();
        LongSupplier clock = () -> System.nanoTime() - begin;
        List<Future<RequestRecord>> sent = new ArrayList<>();
        List<Due> all = schedule(arrivals, targets.size());
        long deadline = all.getLast().at() + drain.toNanos();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Due due : all) {
                TimeUnit.NANOSECONDS.sleep(due.at() - clock.getAsLong());
                sent.add(threads.submit(() -> exchange(targets.get(due.target()), due, clock, deadline)));
            }
            threads.shutdown();
            if (!threads.awaitTermination(deadline - clock.getAsLong(), TimeUnit.NANOSECONDS)) {
                threads.shutdownNow();
            }
        }
        List<List<RequestRecord>> records = new ArrayList<>();
        targets.forEach(target -> records.add(new ArrayList<>()));
        for (int i = 0; i < sent.size(); i++) {
            records.get(all.get(i).target()).add(sent.get(i).resultNow());
        }
        records.forEach(list -> list.sort(Comparator.comparingInt(RequestRecord::index)));
        return records;
    }

    private RequestRecord exchange(Target target, Due due, LongSupplier clock, long deadline) {
        TimedExchange exchange = new TimedExchange(due.index(), requests.stream(), due.at(), clock.getAsLong());
        String problem = null;
        try {
            HttpResponse<Stream<String>> response =
                    client.send(requests.request(target, due.index()), HttpResponse.BodyHandlers.ofLines());
            exchange.begin(response.statusCode(), response.headers());
            try (Stream<String> lines = response.body()) {
                lines.forEach(line -> exchange.read(line, clock.getAsLong()));
            }
        } catch (IOException | UncheckedIOException | InterruptedException e) {
            Throwable cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
            problem = clock.getAsLong() >= deadline
                    ? "no end within " + drain.toSeconds() + " s after the last arrival"
                    : cause.getClass().getSimpleName() + ": " + cause.getMessage();
        }
        return exchange.end(clock.getAsLong(), problem);
    }

    private static List<Due> schedule(List<Long> arrivals, int targets) {
        long gap = arrivals.size() < 2 ? PAIR_GAP * 4 : arrivals.getLast() / (arrivals.size() - 1);
        long later = Math.min(PAIR_GAP, gap / 4);
        List<Due> all = new ArrayList<>();
        for (int i = 0; i < arrivals.size(); i++) {
            for (int target = 0; target < targets; target++) {
                all.add(new Due(arrivals.get(i) + (target == i % targets ? 0 : later), target, i));
            }
        }
        all.sort(Comparator.comparingLong(Due::at));
        return all;
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}
