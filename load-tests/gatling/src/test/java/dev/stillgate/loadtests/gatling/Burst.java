package dev.stillgate.loadtests.gatling;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.core.CoreDsl.stressPeakUsers;

import io.gatling.javaapi.core.Simulation;

/**
 * A low rate, and ten seconds' worth of requests within two: no request fails, and p99 recovers within seven seconds.
 */
public final class Burst extends Simulation {
    private final Target target = Target.read(50, 20, 250);

    /** Prepares the run. */
    public Burst() {
        int quiet = target.seconds() / 2;
        int wave = (int) Math.ceil(target.rate() * 10);
        setUp(target.populations(
                        target.rate() * (target.seconds() + 5) + wave,
                        scenario("quiet")
                                .exec(feed(target.feeder())
                                        .exec(Ask.answer("quiet").whole(target.model())))
                                .injectOpen(
                                        nothingFor(target.begin()),
                                        constantUsersPerSec(target.rate()).during(target.seconds())),
                        scenario("wave")
                                .exec(feed(target.feeder())
                                        .exec(Ask.answer("wave").whole(target.model())))
                                .injectOpen(
                                        nothingFor(target.begin() + quiet),
                                        stressPeakUsers(wave).during(2)),
                        scenario("afterwards")
                                .exec(feed(target.feeder())
                                        .exec(Ask.answer("afterwards").whole(target.model())))
                                .injectOpen(
                                        nothingFor(target.begin() + quiet + 7),
                                        constantUsersPerSec(target.rate()).during(5))))
                .protocols(target.protocol())
                .assertions(global().failedRequests().count().is(0L));
    }

    @Override
    public void after() {
        target.expectNothingCancelled();
        target.judge("afterwards");
    }
}
