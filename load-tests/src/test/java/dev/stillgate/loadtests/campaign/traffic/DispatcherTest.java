package dev.stillgate.loadtests.campaign.traffic;

import static dev.stillgate.loadtests.campaign.traffic.ScriptedApi.BLOCKED;
import static dev.stillgate.loadtests.campaign.traffic.ScriptedApi.LIMITED;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.loadtests.api.ModelReply;
import dev.stillgate.loadtests.campaign.traffic.ScriptedApi.Attempt;
import dev.stillgate.loadtests.random.Dice;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Reaction of a campaign's dispatcher to refusals. */
final class DispatcherTest {
    private static final World WORLD = new World(new Dice(5), World.DEFAULT_START, 4);
    private static final CampaignPlan PLAN =
            CampaignPlan.of("x", 12, 24, Work.GRADING).from(0);
    private static final long MINUTE = 60_000;

    private Tactics tactics = Tactics.STUBBORN;
    private final AccountRegistry registry = new AccountRegistry(SignUpRules.PLAIN);

    private ScriptedApi run(CampaignPlan plan, Function<SimulatedExchange, ApiResponse> rule) {
        ScriptedApi api = new ScriptedApi(rule);
        new Traffic(Campaign.open(WORLD, registry, plan, tactics)).run(WORLD.end(), api);
        return api;
    }

    private static Map<ModelReply, List<Attempt>> byReply(ScriptedApi api) {
        return api.attempts().stream()
                .collect(Collectors.groupingBy(Attempt::reply, IdentityHashMap::new, Collectors.toList()));
    }

    @Test
    void refusedItemIsSentAgainByAnotherAccount() {
        int[] sent = {0};
        ScriptedApi api = run(PLAN, exchange -> sent[0]++ % 5 == 0 ? LIMITED : ApiResponse.SERVED);
        int retried = 0;
        int again = 0;
        for (List<Attempt> attempts : byReply(api).values()) {
            for (int i = 1; i < attempts.size(); i++) {
                Attempt before = attempts.get(i - 1);
                assertThat(before.response()).isEqualTo(LIMITED);
                boolean same = attempts.get(i).account().equals(before.account());
                assertThat(attempts.get(i).time()).isGreaterThanOrEqualTo(before.time() + (same ? 5 : 1) * MINUTE);
                again += same ? 1 : 0;
                retried++;
            }
        }
        assertThat(retried).isGreaterThan(100);
        assertThat(again).as("after the account's rest").isLessThan(retried / 4);
    }

    @Test
    void scheduleOfNewItemsIsThatWithoutRefusals() {
        List<Long> open = run(PLAN, exchange -> ApiResponse.SERVED).attempts().stream()
                .map(Attempt::time)
                .toList();
        int[] sent = {0};
        ScriptedApi closed = run(PLAN, exchange -> sent[0]++ % 5 == 0 ? LIMITED : ApiResponse.SERVED);
        List<Long> first = byReply(closed).values().stream()
                .map(attempts -> attempts.getFirst().time())
                .sorted()
                .toList();
        assertThat((double) first.size()).isBetween(0.97 * open.size(), 1.03 * open.size());
    }

    @Test
    void refusedAccountRests() {
        String[] victim = {""};
        ScriptedApi api = run(PLAN, exchange -> {
            if (victim[0].isEmpty() && exchange.time() > WORLD.start() + Location.DAY) {
                victim[0] = exchange.account().id();
                return new ApiResponse(429, 6 * 60 * MINUTE, true);
            }
            return ApiResponse.SERVED;
        });
        List<Attempt> of = api.attempts().stream()
                .filter(each -> each.account().equals(victim[0]))
                .toList();
        int refused = of.indexOf(of.stream()
                .filter(each -> !each.response().isServed())
                .findFirst()
                .orElseThrow());
        assertThat(of.get(refused + 1).time() - of.get(refused).time()).isBetween(360 * MINUTE, 480 * MINUTE);
    }

    @Test
    void blockedAccountIsReplacedWithinADay() {
        long at = WORLD.start() + Location.DAY;
        Set<String> blocked = new HashSet<>();
        ScriptedApi api = run(PLAN, exchange -> {
            if (blocked.isEmpty() && exchange.time() > at) {
                blocked.add(exchange.account().id());
            }
            return blocked.contains(exchange.account().id()) ? BLOCKED : ApiResponse.SERVED;
        });
        assertThat(registry.accounts()).hasSize(13);
        String replacement = registry.accounts().getLast().id();
        long first = api.attempts().stream()
                .filter(each -> each.account().equals(replacement))
                .findFirst()
                .orElseThrow()
                .time();
        assertThat(first).isBetween(at + 120 * MINUTE, at + 30 * 60 * MINUTE);
        assertThat(registry.accounts().getLast().entry().created().toEpochMilli())
                .isLessThanOrEqualTo(first);
    }

    @Test
    void itemsWaitWhenAllAccountsAreRefused() {
        ScriptedApi api = run(PLAN, exchange -> LIMITED);
        assertThat(api.postponed()).hasSizeGreaterThan(300);
        int planned = (int) (PLAN.accounts() * PLAN.perDay() * WORLD.days());
        int wanted = byReply(api).size();
        Set<ModelReply> all = Collections.newSetFromMap(new IdentityHashMap<>());
        all.addAll(api.postponed());
        api.attempts().forEach(each -> all.add(each.reply()));
        assertThat(all.size()).isBetween((int) (0.9 * planned), (int) (1.05 * planned));
        assertThat(wanted).isLessThan(all.size());
        assertThat(registry.accounts()).as("replaced after a day").hasSizeGreaterThan(20);
    }

    @Test
    void backlogRaisesAnAccountsUseToThreeTimesThePlanAtMost() {
        Set<String> free = new HashSet<>();
        ScriptedApi api = run(PLAN, exchange -> {
            if (free.size() < 2) {
                free.add(exchange.account().id());
            }
            return free.contains(exchange.account().id()) ? ApiResponse.SERVED : LIMITED;
        });
        Map<String, Long> byAccountAndDay = api.attempts().stream()
                .filter(each -> free.contains(each.account()))
                .collect(Collectors.groupingBy(
                        each -> each.account() + each.time() / Location.DAY, Collectors.counting()));
        assertThat(byAccountAndDay.values()).allMatch(count -> count <= 3 * PLAN.perDay());
        assertThat(byAccountAndDay.values()).anyMatch(count -> count == 3 * PLAN.perDay());
    }

    @Test
    void accountsAreNotReplacedByCampaignsWithoutReplacements() {
        tactics = new Tactics(1, false);
        ScriptedApi api = run(PLAN, exchange -> BLOCKED);
        assertThat(registry.accounts()).hasSize(PLAN.accounts());
        assertThat(api.attempts()).hasSizeLessThan(3 * PLAN.accounts());
        assertThat(api.postponed()).hasSizeGreaterThan(300);
    }

    @Test
    void coverTrafficMovesToTheReplacementInOrderOfTime() {
        long[] last = {0};
        Set<String> covered = new HashSet<>();
        run(PLAN.hiding(Evasion.COVER), exchange -> {
            assertThat(exchange.time()).isGreaterThanOrEqualTo(last[0]);
            last[0] = exchange.time();
            if (exchange.label().endsWith("/cover")) {
                covered.add(exchange.account().id());
            }
            boolean old = exchange.account().entry().created().toEpochMilli() < WORLD.start();
            return old && exchange.time() > WORLD.start() + Location.DAY ? BLOCKED : ApiResponse.SERVED;
        });
        assertThat(covered).hasSizeGreaterThan(PLAN.accounts() + 6);
    }
}
