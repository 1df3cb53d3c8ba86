package dev.stillgate.loadtests.gatling;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.Simulation;

/** Short responses at a constant rate that does not wait for them: no request fails, and p99 is bounded. */
public final class SteadyRate extends Simulation {
    private final Target target = Target.read(200, 30, 250);

    /** Prepares the run. */
    public SteadyRate() {
        setUp(target.populations(
                        target.rate() * target.seconds(),
                        scenario("steady")
                                .exec(feed(target.feeder())
                                        .exec(Ask.answer("answer").whole(target.model())))
                                .injectOpen(
                                        nothingFor(target.begin()),
                                        constantUsersPerSec(target.rate()).during(target.seconds()))))
                .protocols(target.protocol())
                .assertions(global().failedRequests().count().is(0L));
    }

    @Override
    public void after() {
        target.expectNothingCancelled();
        target.judge("answer");
    }
}
