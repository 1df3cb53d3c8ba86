package dev.stillgate.loadtests.gatling;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.repeat;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;
import static io.gatling.javaapi.http.HttpDsl.status;

import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Session;
import io.gatling.javaapi.core.Simulation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A policy that is changed over and over while answers and streams are under way, one change in ten of which is wrong: no
 * request fails, no stream is cut, every good change is taken and every bad one refused. Needs {@code admin}, and
 * {@code policy}, the file that the gateway reads; {@code reloads} of them in {@code seconds}, 0 for what the same load feels
 * without any. A gateway that the scripts started has first changed its policy as it will, before anything counts: a JVM compiles
 * what reads a policy as it does the rest.
 */
public final class ReloadStorm extends Simulation {
    private static final int BAD = 10;
    private static final int WAKING = 400;

    private final Target target = Target.read(200, 60, 250);
    private final String admin = Target.required("admin");
    private final Path policy = Path.of(Target.required("policy"));
    private final int reloads = Integer.getInteger("reloads", 1_000);
    private final String good = read();
    private final AtomicInteger number = new AtomicInteger();

    /** Prepares the run. */
    public ReloadStorm() {
        long begun = System.nanoTime();
        Ask stream = Ask.stream("stream", 100, 20);
        setUp(target.populations(
                        (target.rate() + Math.max(1, target.rate() / 20)) * target.seconds(),
                        scenario("answers")
                                .exec(feed(target.feeder())
                                        .exec(Ask.answer("answer").whole(target.model())))
                                .injectOpen(
                                        nothingFor(target.begin()),
                                        constantUsersPerSec(target.rate()).during(target.seconds())),
                        scenario("streams")
                                .exec(feed(target.feeder()).exec(stream.whole(target.model())))
                                .injectOpen(
                                        nothingFor(target.begin()),
                                        constantUsersPerSec(Math.max(1, target.rate() / 20))
                                                .during(target.seconds())),
                        scenario("reloads")
                                .exec(repeat(target.stub().isEmpty() || !target.waking() ? 0 : WAKING)
                                        .on(change("waking", WAKING, target.begin() - 2)))
                                .pause(session -> untilItCounts(begun))
                                .exec(repeat(reloads).on(change("reload", reloads, target.seconds())))
                                .injectOpen(atOnceUsers(1))))
                .protocols(target.protocol())
                .assertions(
                        global().failedRequests().count().is(0L),
                        details(reloads == 0 ? "answer" : "reload")
                                .successfulRequests()
                                .count()
                                .gte((long) reloads));
    }

    private Duration untilItCounts(long begun) {
        Duration left = Duration.ofSeconds(target.begin()).minusNanos(System.nanoTime() - begun);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** One of so many changes of policy in so many seconds. */
    private ChainBuilder change(String name, int many, long seconds) {
        long pause = Math.max(0, seconds * 1000L / Math.max(1, many) - 10);
        return exec(this::change)
                .exec(http(name).post(admin + "/reload").check(status().is(session -> session.getInt("expected"))))
                .pause(Duration.ofMillis(pause));
    }

    /** Puts another policy in the place of the file, every tenth time a wrong one; readers see the old or the new. */
    private Session change(Session session) {
        int at = number.incrementAndGet();
        boolean wrong = at % BAD == 0;
        String text = good + (wrong ? "filtres: [" : "") + "\n# change " + at + "\n";
        try {
            Path fresh = policy.resolveSibling(policy.getFileName() + ".new");
            Files.writeString(fresh, text);
            Files.move(fresh, policy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot change " + policy, e);
        }
        return session.set("expected", wrong ? 422 : 200);
    }

    private String read() {
        try {
            return Files.readString(policy);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + policy, e);
        }
    }

    @Override
    public void after() {
        try {
            Files.writeString(policy, good);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot put back " + policy, e);
        }
        target.expectNothingCancelled();
        target.judge("answer");
    }
}
