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
import io.gatling.javaapi.http.HttpRequestActionBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Changes the policy {@code reloads} times within {@code seconds} under load; one change in ten is invalid. No request
 * fails, no stream is cut, every valid change is applied and every invalid one rejected. With 0 reloads it measures the
 * same load without changes. Needs {@code admin} and {@code policy}, the file that the gateway reads, so it is not for a
 * gateway of the Helm chart. The environment variable {@value #TOKEN} has the token of the admin API, if it needs one.
 * With a stub model, the warm-up includes policy changes.
 */
public final class ReloadStorm extends Simulation {
    private static final String TOKEN = "STILLGATE_ADMIN_TOKEN";
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
                                .pause(session -> untilMeasured(begun))
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

    private Duration untilMeasured(long begun) {
        Duration left = Duration.ofSeconds(target.begin()).minusNanos(System.nanoTime() - begun);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** One of {@code many} policy changes within a number of seconds. */
    private ChainBuilder change(String name, int many, long seconds) {
        long pause = Math.max(0, seconds * 1000L / Math.max(1, many) - 10);
        return exec(this::change)
                .exec(reload(name).check(status().is(session -> session.getInt("expected"))))
                .pause(Duration.ofMillis(pause));
    }

    private HttpRequestActionBuilder reload(String name) {
        HttpRequestActionBuilder request = http(name).post(admin + "/reload");
        String token = System.getenv(TOKEN);
        return token == null || token.isEmpty() ? request : request.header("authorization", "Bearer " + token);
    }

    /** Replaces the policy file atomically, every tenth time by an invalid one. */
    private Session change(Session session) {
        int at = number.incrementAndGet();
        boolean invalid = at % BAD == 0;
        String text = good + (invalid ? "filtres: [" : "") + "\n# change " + at + "\n";
        try {
            Path fresh = policy.resolveSibling(policy.getFileName() + ".new");
            Files.writeString(fresh, text);
            Files.move(fresh, policy, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot change " + policy, e);
        }
        return session.set("expected", invalid ? 422 : 200);
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
            throw new UncheckedIOException("cannot restore " + policy, e);
        }
        target.expectNothingCancelled();
        target.judge("answer");
    }
}
