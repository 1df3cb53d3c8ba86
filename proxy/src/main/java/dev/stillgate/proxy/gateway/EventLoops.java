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

/** The event loops of a gateway, each with its {@link EventLoopContext}. */
final class EventLoops {
    private final List<EventLoopContext> all = new ArrayList<>();
    private final Map<EventLoop, EventLoopContext> byLoop = new HashMap<>();

    /** Creates and starts one context per event loop of a group. */
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
            EventLoopContext context = new EventLoopContext(
                    all.size(), loop, shared, pool, checks, logs.accessWriter(), logs.decisionsWriter());
            context.start();
            all.add(context);
            byLoop.put(loop, context);
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

    /** Checks all timeouts at the next tick. */
    void checkAll() {
        all.forEach(EventLoopContext::checkAll);
    }

    /** Ends at the next tick the sessions that are between two frames. */
    void endSessions() {
        all.forEach(EventLoopContext::endSessions);
    }

    Map<EventLoop, EventLoopContext> byLoop() {
        return byLoop;
    }

    /** Returns the request counts per account, one object per event loop. */
    List<AccountCounts> counts() {
        return all.stream().map(EventLoopContext::counts).toList();
    }

    /** Returns the last refusals per account, one object per event loop. */
    List<LastRefusals> refusals() {
        return all.stream().map(EventLoopContext::refusals).toList();
    }

    /** Returns the number of idle upstream connections at the last tick. */
    int idleUpstream() {
        return all.stream().mapToInt(EventLoopContext::idleUpstream).sum();
    }

    /** Closes each context on its event loop. Call this after the last exchange. */
    void close() {
        for (EventLoopContext context : all) {
            context.loop().submit(context::close).awaitUninterruptibly(5, TimeUnit.SECONDS);
        }
    }
}
