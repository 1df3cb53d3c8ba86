package dev.stillgate.proxy.rig;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A model that responds when told to, and counts its concurrent requests. */
public final class BusyModel {
    public final Semaphore answers = new Semaphore(0);
    public final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger busy = new AtomicInteger();
    public final AtomicInteger busiest = new AtomicInteger();

    public UpstreamScript script() {
        return UpstreamScript.of(c -> {
            while (c.request() != null) {
                asked.incrementAndGet();
                busiest.accumulateAndGet(busy.incrementAndGet(), Math::max);
                answers.acquire();
                busy.decrementAndGet();
                c.send(UpstreamScript.JSON_ANSWER);
            }
        });
    }

    public void awaitAsked(int count) {
        GatewayRig.eventually(count + " requests at the model", () -> asked.get() == count);
    }

    /** Returns the number of admitted exchanges of all upstreams. */
    public static double taken(GatewayRig rig) {
        return rig.metric("stillgate_upstream_places_taken");
    }

    public static void awaitWaiting(GatewayRig rig, int count) {
        GatewayRig.eventually(count + " wait", () -> rig.metric("stillgate_upstream_waiting") == count);
    }
}
