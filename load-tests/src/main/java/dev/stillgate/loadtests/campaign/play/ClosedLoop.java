package dev.stillgate.loadtests.campaign.play;

import dev.stillgate.loadtests.campaign.client.Account;
import dev.stillgate.loadtests.campaign.traffic.Api;
import dev.stillgate.loadtests.campaign.traffic.ApiResponse;
import dev.stillgate.loadtests.campaign.traffic.Exchange;
import dev.stillgate.loadtests.campaign.traffic.ExchangeLine;
import dev.stillgate.loadtests.campaign.wire.Reply;
import dev.stillgate.loadtests.json.JsonBuffer;
import dev.stillgate.proxy.backtest.BrokenLogException;
import dev.stillgate.proxy.backtest.TextVolume;
import dev.stillgate.proxy.backtest.VirtualGateway;
import dev.stillgate.proxy.backtest.VirtualResponse;
import java.time.Duration;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The API behind a virtual gateway. A response that a client wants is counted once, with the fate of its last attempt:
 * a refused exchange that succeeds later, at any account, is delivered text. Not thread-safe.
 */
final class ClosedLoop implements Api {
    private final VirtualGateway gateway;
    private final ExchangeLine line = new ExchangeLine();
    private final IdentityHashMap<Reply, Wanted> wanted = new IdentityHashMap<>();
    private final Map<String, CampaignTally> campaigns = new TreeMap<>();
    private final QueueWatch queue;
    private long requests;
    private long refusals;

    /** A response that a client wants and has not got. */
    private record Wanted(
            long number, String label, String account, long since, TextVolume text, boolean refusedForStanding) {}

    ClosedLoop(VirtualGateway gateway, QueueWatch queue) {
        this.gateway = gateway;
        this.queue = queue;
    }

    /** Returns the campaigns by label, without {@code /cover}. */
    Map<String, CampaignTally> campaigns() {
        return campaigns;
    }

    private CampaignTally campaign(String label) {
        return campaigns.computeIfAbsent(label, key -> new CampaignTally());
    }

    @Override
    public ApiResponse send(Exchange exchange) {
        requests++;
        VirtualResponse response = offer(line.of(exchange));
        Account client = exchange.account();
        if (client.label().startsWith(PlayFigures.CAMPAIGN)) {
            campaign(client.label()).request(client, exchange.time());
            queue.note(client.id(), exchange.time());
        }
        Wanted before = wanted.get(exchange.reply());
        long since = before == null ? exchange.time() : before.since;
        boolean forStanding = response.refusedForStanding() || (before != null && before.refusedForStanding);
        String account = client.id();
        return switch (response) {
            case VirtualResponse.Served served -> {
                wanted.remove(exchange.reply());
                count(new Wanted(requests, exchange.label(), account, since, served.text(), forStanding));
                yield ApiResponse.SERVED;
            }
            case VirtualResponse.Refused refused -> {
                refusals++;
                wanted.put(
                        exchange.reply(),
                        new Wanted(requests, exchange.label(), account, since, refused.text(), forStanding));
                yield new ApiResponse(
                        refused.status() == 0 ? ApiResponse.CLOSED : refused.status(),
                        millis(refused.retryAfter()),
                        refused.retryable());
            }
        };
    }

    private VirtualResponse offer(JsonBuffer json) {
        try {
            return gateway.offer(json.bytes(), 0, json.length());
        } catch (BrokenLogException e) {
            throw new IllegalStateException("the simulation sent a broken exchange", e);
        }
    }

    /** Returns {@code retry-after} in whole seconds, rounded up as in the header field. */
    private static long millis(@Nullable Duration retryAfter) {
        return retryAfter == null ? -1 : 1000 * ((retryAfter.toMillis() + 999) / 1000);
    }

    @Override
    public void postpone(long time, String label, String account, Reply reply) {
        wanted.put(reply, new Wanted(++requests, label, account, time, new TextVolume(reply.tokens(), 0, 0), false));
    }

    /** Counts all responses that clients still want as refused. */
    void finish() {
        wanted.values().stream()
                .sorted(Comparator.comparingLong(Wanted::number))
                .forEach(this::count);
        wanted.clear();
    }

    private void count(Wanted asked) {
        gateway.count(asked.label, asked.account, asked.since, asked.text, asked.refusedForStanding);
        CampaignTally campaign = campaigns.get(asked.label);
        if (campaign != null) {
            campaign.add(asked.text);
        }
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
