package dev.stillgate.loadtests.gatling;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.Simulation;
import java.time.Duration;

/**
 * A mix of customers: people who chat in streams with pauses, programs with short prompts, agents with long prompts and
 * no pauses. {@code rate} is that of the programs; the others are in proportion to it.
 */
public final class HonestMix extends Simulation {
    private final Target target = Target.read(50, 30, 1_000);

    /** Prepares the run. */
    public HonestMix() {
        Ask chat = Ask.stream("chat", 40, 20);
        Ask program = Ask.answer("program");
        Ask agent = new Ask("agent", true, false, 20_000, 256, "size=800,delay=50");
        setUp(target.populations(
                        target.rate() * target.seconds() * (3.0 / 20 + 1 + 5.0 / 25),
                        scenario("people")
                                .exec(feed(target.feeder())
                                        .exec(repeat(3)
                                                .on(exec(chat.whole(target.model()))
                                                        .pause(Duration.ofSeconds(1), Duration.ofSeconds(4)))))
                                .injectOpen(
                                        nothingFor(target.begin()),
                                        constantUsersPerSec(target.rate() / 20)
                                                .during(target.seconds())
                                                .randomized()),
                        scenario("programs")
                                .exec(feed(target.feeder())
                                        .exec(program.ofChat().whole(target.model())))
                                .injectOpen(
                                        nothingFor(target.begin()),
                                        constantUsersPerSec(target.rate())
                                                .during(target.seconds())
                                                .randomized()),
                        scenario("agents")
                                .exec(feed(target.feeder()).exec(repeat(5).on(exec(agent.whole(target.model())))))
                                .injectOpen(
                                        nothingFor(target.begin()),
                                        constantUsersPerSec(target.rate() / 25)
                                                .during(target.seconds())
                                                .randomized())))
                .protocols(target.protocol())
                .assertions(global().failedRequests().count().is(0L));
    }

    @Override
    public void after() {
        target.expectNothingCancelled();
        target.judge("program");
    }
}
