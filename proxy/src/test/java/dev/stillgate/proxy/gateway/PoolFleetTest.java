package dev.stillgate.proxy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.account.Accounts;
import dev.stillgate.proxy.chain.TestPlugins;
import dev.stillgate.proxy.fleet.ValkeyServer;
import dev.stillgate.proxy.rig.GatewayRig;
import dev.stillgate.proxy.rig.NoLeaks;
import dev.stillgate.proxy.rig.RawClient;
import dev.stillgate.proxy.rig.Requests;
import dev.stillgate.proxy.rig.UpstreamScript;
import dev.stillgate.spi.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The budget of one pool over three gateways with a real store. Its refill is negligible during a test. */
@Tag("slow")
@ExtendWith(NoLeaks.class)
class PoolFleetTest {
    private static final int GATEWAYS = 3;
    private static final int ACCOUNTS = 12;
    private static final int BUDGET = 60;

    /** The account that is not pooled. */
    private static final int PROBE = ACCOUNTS;

    /** The most that the gateways may grant together: each may be ahead of the store once by the whole budget. */
    private static final int PROMISE = BUDGET + GATEWAYS * BUDGET;

    @TempDir
    private Path directory;

    private final List<GatewayRig> rigs = new ArrayList<>();
    private final UpstreamScript upstream = UpstreamScript.answering();

    private void start(ValkeyServer store, String whenLost) throws IOException {
        Path plugins = TestPlugins.in(directory, "linking", """
                java.util.Map<String, Standing> standings = new java.util.HashMap<>();
                java.util.Map<String, String> groups = new java.util.HashMap<>();
                for (int i = 0; i < %d; i++) {
                    standings.put("a-" + i, Standing.POOLED);
                    groups.put("a-" + i, "c-1");
                }
                context.publisher().publish(standings, groups);
                return (RequestFilter) exchange -> Verdict.ALLOW;""".formatted(ACCOUNTS));
        String filters = "[{name: s, type: linking}, {name: limits, type: token-bucket, config: {fleet: {whenLost: "
                + whenLost + "}, pool: {requests: " + BUDGET + "/1d},"
                + " limits: [{name: requests, measure: requests, capacity: 1000, refill: 1000/1d}]}}]";
        Accounts hashes = new Accounts(Map.of("h1", "0123456789abcdef-test"), Ticker.system());
        StringBuilder accounts = new StringBuilder("accounts:\n");
        for (int i = 0; i <= PROBE; i++) {
            byte[] key = ("sk-" + i).getBytes(StandardCharsets.US_ASCII);
            accounts.append("  - {id: a-%d, keys: [\"%s\"]}%n".formatted(i, hashes.id(key, 0, key.length)));
        }
        for (int i = 0; i < GATEWAYS; i++) {
            rigs.add(GatewayRig.with()
                    .to(upstream)
                    .plugins(plugins)
                    .accounts("{file: accounts.yaml}")
                    .accountsFile(accounts.toString())
                    .filters(filters)
                    .fleet("{store: 'redis://127.0.0.1:" + store.port() + "', node: g-" + i + "}")
                    .start());
        }
        awaitNodes();
    }

    @AfterEach
    void stop() {
        rigs.forEach(GatewayRig::close);
        upstream.close();
    }

    private void awaitNodes() {
        for (GatewayRig rig : rigs) {
            GatewayRig.eventually("joined", () -> rig.metric("stillgate_token_bucket_fleet") == 1);
            GatewayRig.eventually("all gateways", () -> rig.metric("stillgate_fleet_nodes") == GATEWAYS);
        }
    }

    /** Sends requests of all accounts to each gateway until it has refused each account; returns the served ones. */
    private int drain() {
        int served = 0;
        for (GatewayRig rig : rigs) {
            int refused = 0;
            for (int i = 0; refused < ACCOUNTS; i++) {
                boolean serves = serves(rig, i % ACCOUNTS);
                served += serves ? 1 : 0;
                refused = serves ? 0 : refused + 1;
            }
        }
        return served;
    }

    private static RawClient.Response ask(GatewayRig rig, int account) {
        return rig.ask(Requests.messages("x-api-key: sk-" + account));
    }

    private static boolean serves(GatewayRig rig, int account) {
        return ask(rig, account).status() == 200;
    }

    /** Returns whether the leases have seen the loss of the store, by a request of an account that is not pooled. */
    private static boolean isLimitedBy(String whenLost, GatewayRig rig) {
        RawClient.Response answer = ask(rig, PROBE);
        return switch (whenLost) {
            case "share" -> answer.values("anthropic-ratelimit-requests-limit").contains("333");
            case "closed" -> answer.status() == 429;
            default -> true;
        };
    }

    /** Drains until no gateway serves any account; returns the served requests. */
    private int drainAll() {
        int served = 0;
        int last = drain();
        while (last > 0) {
            served += last;
            last = drain();
        }
        return served;
    }

    @Test
    void poolHasOneBudgetInTheFleet() throws IOException {
        try (ValkeyServer store = ValkeyServer.running(directory)) {
            start(store, "share");
            assertThat(drainAll()).isBetween(BUDGET, PROMISE);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "killed, share, 57", "killed, full, 180", "killed, closed, 0",
        "refusing, share, 57", "refusing, full, 180", "refusing, closed, 0",
    })
    void lostStoreGrantsByWhenLostAndIsSettledAfterwards(String how, String whenLost, int granted) throws IOException {
        try (ValkeyServer store = ValkeyServer.running(directory)) {
            start(store, whenLost);
            boolean killed = how.equals("killed");
            if (killed) {
                store.kill();
            } else {
                assertThat(store.ask("CONFIG SET min-replicas-to-write 1")).isEqualTo("+OK");
            }
            for (GatewayRig rig : rigs) {
                GatewayRig.eventually("lost", () -> rig.metric("stillgate_token_bucket_fleet") == 0);
                GatewayRig.eventually("limited by whenLost", () -> isLimitedBy(whenLost, rig));
            }
            assertThat(drainAll()).isEqualTo(granted);
            if (killed) {
                store.start();
            } else {
                assertThat(store.ask("CONFIG SET min-replicas-to-write 0")).isEqualTo("+OK");
            }
            awaitNodes();
            assertThat(granted + drainAll()).isLessThanOrEqualTo(PROMISE);
        }
    }
}
