package dev.stillgate.loadtests.gatling;

import static io.gatling.javaapi.core.CoreDsl.constantUsersPerSec;
import static io.gatling.javaapi.core.CoreDsl.details;
import static io.gatling.javaapi.core.CoreDsl.doSwitch;
import static io.gatling.javaapi.core.CoreDsl.exec;
import static io.gatling.javaapi.core.CoreDsl.feed;
import static io.gatling.javaapi.core.CoreDsl.global;
import static io.gatling.javaapi.core.CoreDsl.group;
import static io.gatling.javaapi.core.CoreDsl.listFeeder;
import static io.gatling.javaapi.core.CoreDsl.nothingFor;
import static io.gatling.javaapi.core.CoreDsl.onCase;
import static io.gatling.javaapi.core.CoreDsl.scenario;
import static io.gatling.javaapi.http.HttpDsl.http;

import io.gatling.javaapi.core.Assertion;
import io.gatling.javaapi.core.ChainBuilder;
import io.gatling.javaapi.core.Choice;
import io.gatling.javaapi.core.PopulationBuilder;
import io.gatling.javaapi.core.Simulation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Accounts of two tiers that stay within their limits or exceed one of them. The share of refused requests must match
 * the policy, refusals must have the provider's format, and no request may fail.
 *
 * <p>A request counts as failed if it breaks, the group around it if it was refused. Needs the system properties {@code
 * target}, the URL of the gateway, {@code policy}, its policy file, and {@code seconds}.
 */
public final class TokenBudget extends Simulation {
    private static final List<Caller> CALLERS = List.of(
            new Caller("modest", "standard", 5, 100, 200, 60, 0, "none"),
            new Caller("modest-gold", "gold", 30, 100, 200, 60, 0, "none"),
            new Caller("greedy", "standard", 40, 100, 200, 60, 0, "requests"),
            new Caller("greedy-gold", "gold", 60, 100, 200, 60, 0, "requests"),
            new Caller("long-prompts", "standard", 8, 2000, 200, 60, 0, "input-tokens"),
            new Caller("long-answers", "standard", 8, 100, 2000, 1000, 0, "output-tokens"),
            new Caller("many-at-once", "narrow", 9, 100, 200, 60, 1000, "concurrency"));

    /** Warm-up before the measurement: while code is compiled, requests are not evenly spaced. */
    private static final Caller WAKING = new Caller("waking", "standard", 9, 100, 200, 60, 0, "none");

    private static final int WAKING_SECONDS = 10;

    /** Prepares the run. */
    public TokenBudget() {
        int seconds = Integer.getInteger("seconds", 20);
        Budget budget = Budget.read(Path.of(System.getProperty("policy")));
        List<PopulationBuilder> populations = new ArrayList<>();
        List<Assertion> assertions = new ArrayList<>(List.of(
                global().failedRequests().count().is(0L),
                global().requestsPerSec().gt(1.0)));
        populations.add(scenario(WAKING.account())
                .exec(asking(WAKING))
                .injectOpen(constantUsersPerSec(WAKING.perSecond()).during(Duration.ofSeconds(WAKING_SECONDS))));
        for (Caller caller : CALLERS) {
            populations.add(scenario(caller.account())
                    .exec(asking(caller))
                    .injectOpen(
                            nothingFor(Duration.ofSeconds(WAKING_SECONDS)),
                            constantUsersPerSec(caller.perSecond()).during(Duration.ofSeconds(seconds))));
            Caller.Shares expected = caller.refused(budget, seconds);
            System.out.printf(
                    "%-13s sends %3.0f/s; %5.1f to %5.1f %% must be refused%n",
                    caller.account(), caller.perSecond(), 100 * expected.least(), 100 * expected.most());
            assertions.add(details(caller.account())
                    .failedRequests()
                    .percent()
                    .between(100 * expected.least(), 100 * expected.most()));
        }
        setUp(populations)
                .protocols(http.baseUrl(System.getProperty("target")).shareConnections())
                .assertions(assertions)
                .maxDuration(Duration.ofSeconds(WAKING_SECONDS + seconds + 60L));
    }

    /** The four kinds of requests in turn, in a group that fails if the request is refused. */
    private static ChainBuilder asking(Caller caller) {
        List<Map<String, Object>> turns = Arrays.stream(Api.values())
                .map(api -> Map.<String, Object>of("api", api.name()))
                .collect(Collectors.toList());
        List<Choice.WithKey> choices = Arrays.stream(Api.values())
                .map(api -> onCase(api.name()).then(exec(api.request(caller))))
                .toList();
        return feed(listFeeder(turns).circular())
                .exec(group(caller.account())
                        .on(doSwitch("#{api}")
                                .on(choices)
                                .exec(session -> session.getInt("status") == 429 ? session.markAsFailed() : session)));
    }
}
