package dev.stillgate.loadtests.campaign.drive;

import dev.stillgate.loadtests.campaign.Cast;
import dev.stillgate.loadtests.campaign.Exchange;
import dev.stillgate.loadtests.campaign.wire.Conversation;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
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
 * Sends a run to a gateway, or to those of a fleet in turn, faster than it is, and counts what becomes of it. An exchange is sent when it is due, whether
 * others have been answered or not, up to a number at once; it says so when it cannot keep up.
 */
public final class Drive {
    private static final int AT_ONCE = 512;

    private final Cast cast;
    private final List<URI> gateways;
    private final double speedup;
    private final long calendar;
    private final @Nullable LiveStandings standings;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Semaphore room = new Semaphore(AT_ONCE);
    private final Tallies tallies = new Tallies();
    private final Map<Conversation, CompletableFuture<Void>> underWay = new ConcurrentHashMap<>();
    private long sent;
    private long latestMillis;

    /**
     * Prepares it.
     *
     * @param gateways that are asked in turn
     * @param admins where the gateways say how accounts stand, none for not to ask
     * @param calendar when the gateways' calendar began to run faster, in milliseconds of the epoch
     */
    public Drive(Cast cast, List<URI> gateways, double speedup, List<URI> admins, long calendar) {
        this.cast = cast;
        this.gateways = gateways;
        this.speedup = speedup;
        this.calendar = calendar;
        this.standings = admins.isEmpty() ? null : new LiveStandings(admins);
    }

    /**
     * Sends what is due within some minutes.
     *
     * @param model that the gateway asks
     * @return whether no honest customer was forbidden anything or saw an error
     */
    public boolean run(double minutes, PlayedModel model, PrintStream out) throws IOException, InterruptedException {
        long until = cast.world().start() + (long) (minutes * 60_000 * speedup);
        long began = System.nanoTime();
        long first = calendar + (long) ((System.currentTimeMillis() - calendar) * speedup);
        try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
            cast.play(until, exchange -> {
                await(began, exchange);
                room.acquireUninterruptibly();
                send(exchange, model, callers);
            });
        }
        tallies.print(out);
        if (standings != null) {
            standings.print(client, first, out);
        }
        client.close();
        out.printf(
                "%,d exchanges in %.0f s, time %,.0f times as fast; at most %,d ms late%n",
                sent, (System.nanoTime() - began) / 1e9, speedup, latestMillis);
        return tallies.honestHarm() == 0;
    }

    /** A turn waits for the one before it, which time as fast as this would have it overtake. */
    private void send(Exchange exchange, PlayedModel model, ExecutorService callers) {
        LiveCall call = LiveCall.of(sent, exchange, gateways.get((int) (sent++ % gateways.size())));
        if (standings != null) {
            standings.note(exchange.account().id(), exchange.label());
        }
        model.expect(call);
        CompletableFuture<Void> done = new CompletableFuture<>();
        CompletableFuture<Void> before = underWay.put(exchange.conversation(), done);
        callers.execute(() -> {
            if (before != null) {
                before.join();
            }
            ask(call, model);
            done.complete(null);
            underWay.remove(exchange.conversation(), done);
        });
    }

    private void await(long began, Exchange exchange) {
        long due = began + (long) ((exchange.time() - cast.world().start()) * 1e6 / speedup);
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
            LockSupport.parkNanos(wait);
        }
        latestMillis = Math.max(latestMillis, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - due));
    }

    private void ask(LiveCall call, PlayedModel model) {
        try {
            HttpResponse<String> answer = client.send(call.request(), HttpResponse.BodyHandlers.ofString());
            tallies.answered(call, answer.statusCode(), answer.body());
        } catch (IOException e) {
            tallies.failed(call, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            model.forget(call);
            room.release();
        }
    }
}
