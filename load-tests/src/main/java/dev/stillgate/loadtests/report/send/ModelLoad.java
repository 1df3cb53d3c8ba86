package dev.stillgate.loadtests.report.send;

import dev.stillgate.loadtests.report.arrival.Arrival;
import dev.stillgate.loadtests.report.record.RequestRecord;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Open load: every request is sent at its intended time, whatever happened to earlier ones. Connections are HTTP/1.1
 * and reused.
 */
public final class ModelLoad implements AutoCloseable {
    /** The second request of a pair starts this much later, or a quarter of the mean gap if that is shorter. */
    private static final long PAIR_GAP = TimeUnit.MILLISECONDS.toNanos(5);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final RequestKind kind;
    private final Duration drain;

    /** @param drain maximum time from the last arrival to the end of all responses */
    public ModelLoad(RequestKind kind, Duration drain) {
        this.kind = kind;
        this.drain = drain;
    }

    /** A request to be sent at a time. */
    private record Due(long at, int target, int index, Arrival arrival) {}

    /** @param ended completes normally after the exchange's end was recorded */
    private record Sent(
            int target, TimedExchange exchange, CompletableFuture<?> response, CompletableFuture<?> ended) {}

    /**
     * Sends every arrival to every target, and waits for the responses.
     *
     * @param targets one or two; with two, even arrivals go to the first one first, odd ones to the second one
     * @return the records of each target in order of arrival
     */
    public List<List<RequestRecord>> run(List<Target> targets, List<Arrival> arrivals) throws InterruptedException {
        long begin = System.nanoTime();
        LongSupplier clock = () -> System.nanoTime() - begin;
        List<Sent> sent = new ArrayList<>();
        for (Due due : schedule(arrivals, targets.size())) {
            for (long wait = due.at() - clock.getAsLong(); wait > 0; wait = due.at() - clock.getAsLong()) {
                LockSupport.parkNanos(wait);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
            sent.add(send(targets.get(due.target()), due, clock));
        }
        long end = clock.getAsLong() + drain.toNanos();
        List<List<RequestRecord>> records = new ArrayList<>();
        targets.forEach(target -> records.add(new ArrayList<>()));
        for (Sent each : sent) {
            await(each, end - clock.getAsLong());
            records.get(each.target()).add(each.exchange().toRecord());
        }
        records.forEach(list -> list.sort(Comparator.comparingInt(RequestRecord::index)));
        return records;
    }

    private Sent send(Target target, Due due, LongSupplier clock) {
        TimedExchange exchange = new TimedExchange(due.index(), kind.stream(), due.at(), clock);
        CompletableFuture<?> response = client.sendAsync(kind.request(target, due.index(), due.arrival()), exchange);
        CompletableFuture<?> ended = response.handle((ignored, problem) -> {
            exchange.end(problem == null ? null : reason(problem));
            return exchange;
        });
        return new Sent(due.target(), exchange, response, ended);
    }

    private static String reason(Throwable problem) {
        Throwable cause =
                problem instanceof CompletionException && problem.getCause() != null ? problem.getCause() : problem;
        return cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ": " + cause.getMessage());
    }

    private void await(Sent sent, long nanos) throws InterruptedException {
        try {
            sent.ended().get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            sent.exchange().end("no end within " + drain.toSeconds() + " s after the last arrival");
            sent.response().cancel(true);
        }
    }

    private static List<Due> schedule(List<Arrival> arrivals, int targets) {
        long gap = arrivals.size() < 2 ? PAIR_GAP * 4 : arrivals.getLast().offset() / (arrivals.size() - 1);
        long later = Math.min(PAIR_GAP, gap / 4);
        List<Due> all = new ArrayList<>();
        for (int i = 0; i < arrivals.size(); i++) {
            for (int target = 0; target < targets; target++) {
                boolean second = targets > 1 && target != i % 2;
                long at = arrivals.get(i).offset() + (second ? later : 0);
                all.add(new Due(at, target, i, arrivals.get(i)));
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
