package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.api.ModelReply;
import dev.stillgate.loadtests.campaign.traffic.Api;
import dev.stillgate.loadtests.campaign.traffic.ApiResponse;
import dev.stillgate.loadtests.campaign.traffic.Attempt;
import dev.stillgate.loadtests.campaign.traffic.ExchangeLine;
import dev.stillgate.loadtests.campaign.traffic.LineApi;
import dev.stillgate.loadtests.campaign.traffic.SimulatedAccount;
import dev.stillgate.loadtests.campaign.traffic.SimulatedExchange;
import dev.stillgate.loadtests.json.JsonBuffer;
import dev.stillgate.loadtests.labels.Labels;
import dev.stillgate.proxy.backtest.BrokenLogException;
import dev.stillgate.proxy.backtest.TextVolume;
import dev.stillgate.proxy.backtest.VirtualGateway;
import dev.stillgate.proxy.backtest.VirtualResponse;
import dev.stillgate.spi.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The API behind a virtual gateway. A response that a client wants is counted once, with the fate of its last attempt:
 * a refused exchange that succeeds later, at any account, is delivered text. Not thread-safe.
 */
final class ClosedLoop implements Api, LineApi {
    private static final String COVER = "/cover";

    private final VirtualGateway gateway;
    private final Labels labels;
    private final ExchangeLine line = new ExchangeLine();
    private final IdentityHashMap<Object, Wanted> wanted = new IdentityHashMap<>();
    private final Map<String, GroupTally> groups = new TreeMap<>();
    private final List<Consumer<Attempt>> watchers = new ArrayList<>();
    private long requests;
    private long refusals;
    private long postponed;

    /** A response that a client wants and has not got. */
    private record Wanted(
            long number, String label, String account, long since, TextVolume text, boolean refusedForStanding) {}

    ClosedLoop(VirtualGateway gateway, Labels labels) {
        this.gateway = gateway;
        this.labels = labels;
    }

    /** Adds a receiver of the campaigns' attempts, cover included. */
    void watch(Consumer<Attempt> watcher) {
        watchers.add(watcher);
    }

    /** Returns the campaigns and the groups of honest accounts by label, without {@code /cover}. */
    Map<String, GroupTally> groups() {
        return groups;
    }

    private GroupTally group(String label) {
        String name = isCover(label) ? label.substring(0, label.length() - COVER.length()) : label;
        return groups.computeIfAbsent(name, key -> new GroupTally());
    }

    private static boolean isCover(String label) {
        return label.endsWith(COVER);
    }

    @Override
    public ApiResponse send(SimulatedExchange exchange) {
        JsonBuffer json = line.of(exchange);
        SimulatedAccount client = exchange.account();
        return send(new Attempt(
                exchange.reply(),
                exchange.label(),
                client.id(),
                client.entry().verified(),
                exchange.conversation().wire().path(),
                exchange.conversation().turns() == 1,
                exchange.time(),
                json.bytes(),
                json.length()));
    }

    @Override
    public ApiResponse send(Attempt attempt) {
        requests++;
        VirtualResponse response = offer(attempt);
        labels.begin(attempt.label(), gateway.account(attempt.account()), attempt.time());
        AccountUse use = group(attempt.label()).request(attempt);
        if (response instanceof VirtualResponse.Served served && !wasPooled(attempt)) {
            use.gotBeforePool(attempt, served.text());
        }
        if (attempt.label().startsWith(PlayFigures.CAMPAIGN)) {
            watchers.forEach(watcher -> watcher.accept(attempt));
        }
        Wanted before = wanted.get(attempt.wanted());
        long since = before == null ? attempt.time() : before.since;
        boolean forStanding = response.refusedForStanding() || (before != null && before.refusedForStanding);
        return switch (response) {
            case VirtualResponse.Served served -> {
                wanted.remove(attempt.wanted());
                count(new Wanted(requests, attempt.label(), attempt.account(), since, served.text(), forStanding));
                yield ApiResponse.SERVED;
            }
            case VirtualResponse.Refused refused -> {
                refusals++;
                wanted.put(
                        attempt.wanted(),
                        new Wanted(requests, attempt.label(), attempt.account(), since, refused.text(), forStanding));
                yield new ApiResponse(
                        refused.status() == 0 ? ApiResponse.CLOSED : refused.status(),
                        millis(refused.retryAfter()),
                        refused.retryable());
            }
        };
    }

    private boolean wasPooled(Attempt attempt) {
        long since = gateway.account(attempt.account()).reachedAt(Standing.POOLED);
        return since >= 0 && since < attempt.time();
    }

    private VirtualResponse offer(Attempt attempt) {
        try {
            return gateway.offer(attempt.line(), 0, attempt.length());
        } catch (BrokenLogException e) {
            throw new IllegalArgumentException("broken exchange: " + e.getMessage(), e);
        }
    }

    /** Returns {@code retry-after} in whole seconds, rounded up as in the header field. */
    private static long millis(@Nullable Duration retryAfter) {
        return retryAfter == null ? -1 : 1000 * ((retryAfter.toMillis() + 999) / 1000);
    }

    @Override
    public void postpone(long time, String label, String account, ModelReply reply) {
        postpone(reply, label, account, time, reply.tokens());
    }

    @Override
    public void postpone(Attempt attempt, long tokens) {
        postpone(attempt.wanted(), attempt.label(), attempt.account(), attempt.time(), tokens);
    }

    private void postpone(Object response, String label, String account, long time, long tokens) {
        wanted.put(response, new Wanted(++postponed, label, account, time, new TextVolume(tokens, 0, 0), false));
    }

    /** Counts all responses that clients still want as refused. */
    void finish() {
        wanted.values().stream()
                .sorted(Comparator.comparingLong(Wanted::since).thenComparingLong(Wanted::number))
                .forEach(this::count);
        wanted.clear();
    }

    private void count(Wanted asked) {
        if (asked.label.isEmpty()) {
            return;
        }
        labels.count(asked.label, gateway.account(asked.account), asked.since, asked.text, asked.refusedForStanding);
        TextVolume text = isCover(asked.label) ? TextVolume.NONE : asked.text;
        group(asked.label).add(asked.account, text, asked.refusedForStanding);
    }

    /** Returns the number of attempts. */
    long requests() {
        return requests;
    }

    /** Returns the number of refused attempts. */
    long refusals() {
        return refusals;
    }
}
