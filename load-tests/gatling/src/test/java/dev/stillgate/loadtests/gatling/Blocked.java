package dev.stillgate.loadtests.gatling;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.jmesPath;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.Simulation;

/**
 * Persistent clients of a denied region beside honest ones. Each is refused in the provider's format and none reaches
 * the model; the latency of honest clients is bounded. Needs a gateway that trusts one hop for the client address,
 * {@code blockedFrom}.
 */
public final class Blocked extends Simulation {
    private final Target target = Target.read(200, 20, 250);
    private final double honestRate = Math.max(1, target.rate() / 10);

    /** Prepares the run. */
    public Blocked() {
        String from = System.getProperty("blockedFrom", "175.45.176.1");
        setUp(target.populations(
                        (target.rate() + honestRate) * target.seconds(),
                        scenario("blocked")
                                .exec(feed(target.feeder())
                                        .exec(Ask.answer("blocked")
                                                .bare(target.model())
                                                .header("x-forwarded-for", from)
                                                .check(status().is(403))
                                                .check(jmesPath("error.type").is("permission_error"))))
                                .injectOpen(
                                        nothingFor(target.begin()),
                                        constantUsersPerSec(target.rate()).during(target.seconds())),
                        scenario("honest")
                                .exec(feed(target.feeder())
                                        .exec(Ask.answer("honest").whole(target.model())))
                                .injectOpen(
                                        nothingFor(target.begin()),
                                        constantUsersPerSec(honestRate).during(target.seconds()))))
                .protocols(target.protocol())
                .assertions(global().failedRequests().count().is(0L));
    }

    @Override
    public void after() {
        long seen = target.stubAsked();
        if (seen > honestRate * target.seconds() + target.wakingMost()) {
            throw new IllegalStateException("the model saw " + seen + " requests, more than the honest clients sent");
        }
        target.judge("honest");
    }
}
