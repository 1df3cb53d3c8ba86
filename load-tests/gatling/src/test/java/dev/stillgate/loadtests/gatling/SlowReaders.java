package dev.stillgate.loadtests.gatling;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.Simulation;

/**
 * Clients that read a long stream a few bytes at a time, beside others whose latency is bounded. The {@code readers}
 * have their own sockets, since Gatling reads as fast as possible.
 */
public final class SlowReaders extends Simulation {
    private final Target target = Target.read(50, 20, 250);
    private final SlowSockets slow = new SlowSockets(target, Integer.getInteger("readers", 200));

    /** Prepares the run. */
    public SlowReaders() {
        setUp(target.populations(
                        target.rate() * target.seconds(),
                        scenario("others")
                                .exec(feed(target.feeder())
                                        .exec(Ask.answer("answer").whole(target.model())))
                                .injectOpen(
                                        nothingFor(target.begin()),
                                        constantUsersPerSec(target.rate()).during(target.seconds()))))
                .protocols(target.protocol())
                .assertions(global().failedRequests().count().is(0L));
    }

    @Override
    public void before() {
        slow.open();
    }

    @Override
    public void after() {
        slow.close();
        target.judge("answer");
    }
}
