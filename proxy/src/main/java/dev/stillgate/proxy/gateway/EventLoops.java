package dev.stillgate.proxy.gateway;

import dev.stillgate.proxy.exchange.EventLoopContext;
import dev.stillgate.proxy.listen.Transports;
import dev.stillgate.proxy.observe.AccountCounts;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.proxy.observe.LastRefusals;
import dev.stillgate.proxy.relay.HealthChecks;
import dev.stillgate.proxy.relay.UpstreamPool;
import dev.stillgate.proxy.relay.Upstreams;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The lanes of a gateway, one for each event loop, and all that they have together. */
final class EventLoops {
    private final List<EventLoopContext> all = new ArrayList<>();
    private final Map<EventLoop, EventLoopContext> byLoop = new HashMap<>();

    /** Starts a lane on each event loop of a group. */
    EventLoops(
            MultiThreadIoEventLoopGroup group,
            int threads,
            Transports transport,
            EventLoopContext.Shared shared,
            Upstreams upstreams,
            GatewayLogs logs) {
        UpstreamPool.Meters meters = poolMeters(shared.meters());
        for (EventExecutor executor : group) {
            EventLoop loop = (EventLoop) executor;
            UpstreamPool pool =
                    new UpstreamPool(loop, transport.channels(), shared.overload(), shared.ticker(), meters);
            HealthChecks checks = new HealthChecks(upstreams, pool, all.size(), threads);
            EventLoopContext lane = new EventLoopContext(
                    all.size(), loop, shared, pool, checks, logs.accessWriter(), logs.decisionsWriter());
            lane.start();
            all.add(lane);
            byLoop.put(loop, lane);
        }
    }

    private static UpstreamPool.Meters poolMeters(GatewayMeters meters) {
        return new UpstreamPool.Meters() {
            @Override
            public void opened() {
                meters.upstreamOpened();
            }

            @Override
            public void connectFailed() {
                meters.upstreamConnectFailed();
            }

            @Override
            public void unsolicited() {
                meters.upstreamUnsolicited();
            }
        };
    }

    Map<EventLoop, EventLoopContext> byLoop() {
        return byLoop;
    }

    /** Returns what accounts asked for on each. */
    List<AccountCounts> counts() {
        return all.stream().map(EventLoopContext::counts).toList();
    }

    /** Returns the last refusals of accounts on each. */
    List<LastRefusals> refusals() {
        return all.stream().map(EventLoopContext::refusals).toList();
    }

    /** Returns how many upstream connections lay idle at the last tick. */
    int idleUpstream() {
        return all.stream().mapToInt(EventLoopContext::idleUpstream).sum();
    }

    /** Closes what the lanes hold, when the last exchange is over. */
    void close() {
        for (EventLoopContext lane : all) {
            lane.loop().submit(lane::close).awaitUninterruptibly(5, TimeUnit.SECONDS);
        }
    }
}
