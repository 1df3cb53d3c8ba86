package dev.stillgate.loadtests.gatling;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.Simulation;

/**
 * Many concurrent streams of both APIs: none is cut or much slower than the model. With the stub, a stream has 60
 * events, one every 50 ms; {@code p99} is the time of a whole stream.
 */
public final class Streaming extends Simulation {
    private final Target target = Target.read(20, 20, 4_000);

    /** Prepares the run. */
    public Streaming() {
        Ask stream = Ask.stream("stream", 60, 50);
        double each = target.rate() / 2;
        setUp(target.populations(
                        target.rate() * target.seconds(),
                        scenario("messages")
                                .exec(feed(target.feeder()).exec(stream.whole(target.model())))
                                .injectOpen(
                                        nothingFor(target.begin()),
                                        constantUsersPerSec(each).during(target.seconds())),
                        scenario("chat")
                                .exec(feed(target.feeder()).exec(stream.ofChat().whole(target.model())))
                                .injectOpen(
                                        nothingFor(target.begin()),
                                        constantUsersPerSec(each).during(target.seconds()))))
                .protocols(target.protocol())
                .assertions(global().failedRequests().count().is(0L));
    }

    @Override
    public void after() {
        target.expectNothingCancelled();
        target.judge("stream");
    }
}
