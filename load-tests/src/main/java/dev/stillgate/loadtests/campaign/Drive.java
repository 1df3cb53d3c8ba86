package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.api.ModelConversation;
import dev.stillgate.loadtests.campaign.traffic.SimulatedExchange;
import dev.stillgate.loadtests.campaign.traffic.Simulation;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends the exchanges of a simulation to one or more gateways with compressed time, and counts their outcomes. An
 * exchange is sent when it is due, up to a number of concurrent ones; the maximum delay is printed.
 */
public final class Drive {
    private static final int MAX_CONCURRENT = 512;

    private final Simulation simulation;
    private final List<URI> gateways;
    private final double speedup;
    private final long calendar;
    private final @Nullable LiveStandings standings;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Semaphore permits = new Semaphore(MAX_CONCURRENT);
    private final OutcomeCounts outcomes = new OutcomeCounts();
    private final Map<ModelConversation, CompletableFuture<Void>> inFlight = new ConcurrentHashMap<>();
    private long sent;
    private long latestMillis;

    /**
     * Creates a run.
     *
     * @param gateways base URLs that are used in turn
     * @param admins admin URLs for the final standings, empty to skip them
     * @param calendar when the gateways' calendar began to run faster, in milliseconds since the epoch
     */
    public Drive(Simulation simulation, List<URI> gateways, double speedup, List<URI> admins, long calendar) {
        this.simulation = simulation;
        this.gateways = gateways;
        this.speedup = speedup;
        this.calendar = calendar;
        this.standings = admins.isEmpty() ? null : new LiveStandings(admins);
    }

    /**
     * Sends all exchanges of a period.
     *
     * @param minutes length of the period on the clock
     * @param model the upstream of the gateways
     * @param answers receives the texts that campaigns are served; null for none
     * @return whether no honest customer got a 403 or an error of the gateway
     */
    public boolean run(double minutes, SimulatedModel model, @Nullable Path answers, PrintStream out)
            throws IOException, InterruptedException {
        ResponseFile file = answers == null ? null : new ResponseFile(answers);
        long until = simulation.world().start() + (long) (minutes * 60_000 * speedup);
        long began = System.nanoTime();
        long first = calendar + (long) ((System.currentTimeMillis() - calendar) * speedup);
        try (file;
                ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            simulation.play(until, exchange -> {
                await(began, exchange);
                permits.acquireUninterruptibly();
                send(exchange, model, file, executor);
            });
        }
        outcomes.print(out);
        if (standings != null) {
            standings.print(client, first, out);
        }
        client.close();
        out.printf(
                "%,d exchanges in %.0f s, time compressed by %,.0f; at most %,d ms late%n",
                sent, (System.nanoTime() - began) / 1e9, speedup, latestMillis);
        return outcomes.honestHarm() == 0;
    }

    /**
     * Sends an exchange after the previous turn of its conversation has ended, which takes longer than compressed time
     * allows.
     */
    private void send(
            SimulatedExchange exchange, SimulatedModel model, @Nullable ResponseFile file, ExecutorService executor) {
        LiveCall call = LiveCall.of(sent, exchange, gateways.get((int) (sent++ % gateways.size())));
        if (standings != null) {
            standings.note(exchange.account().id(), exchange.label());
        }
        model.expect(call);
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<Void> before = inFlight.put(exchange.conversation(), done);
        executor.execute(() -> {
            if (before != null) {
                before.join();
            }
            send(call, model, file);
            done.complete(null);
            inFlight.remove(exchange.conversation(), done);
        });
    }

    private void await(long began, SimulatedExchange exchange) {
        long due = began + (long) ((exchange.time() - simulation.world().start()) * 1e6 / speedup);
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
            LockSupport.parkNanos(wait);
        }
        latestMillis = Math.max(latestMillis, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - due));
    }

    private void send(LiveCall call, SimulatedModel model, @Nullable ResponseFile file) {
        try {
            HttpResponse<String> response = client.send(call.request(), HttpResponse.BodyHandlers.ofString());
            outcomes.completed(call, response.statusCode(), response.body());
            if (file != null && response.statusCode() == 200 && !call.label().startsWith("honest:")) {
                file.add(call.account(), response.body());
            }
        } catch (IOException e) {
            outcomes.failed(call, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            model.forget(call);
            permits.release();
        }
    }
}
