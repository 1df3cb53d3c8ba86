package dev.stillgate.proxy;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** A model that answers when it is let to, and counts how much it has to do. */
final class BusyModel {
    final Semaphore answers = new Semaphore(0);
    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger busy = new AtomicInteger();
    final AtomicInteger busiest = new AtomicInteger();

    UpstreamScript script() {
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

    void awaitAsked(int count) {
        GatewayRig.eventually(count + " requests at the model", () -> asked.get() == count);
    }

    /** Returns how many places at upstreams are taken. */
    static double taken(GatewayRig rig) {
        return rig.metric("stillgate_upstream_places_taken");
    }

    static void awaitWaiting(GatewayRig rig, int count) {
        GatewayRig.eventually(count + " wait", () -> rig.metric("stillgate_upstream_waiting") == count);
    }
}
