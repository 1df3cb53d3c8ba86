package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.proxy.chain.Rig.NoPolicy;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeTicker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StandingsBoardTest {
    private final Map<String, FilterContext> contexts = new HashMap<>();
    private final Map<String, StandingsPublisher> publishers = new HashMap<>();
    private final FakeMeters meters = new FakeMeters();
    private final StateRegistry states = new StateRegistry();
    private final ChainCompiler compiler = new ChainCompiler(
            FilterCatalog.of(Rig.factory("publishing", (policy, context) -> {
                contexts.put(context.name(), context);
                publishers.put(context.name(), context.publisher());
                return (RequestFilter) exchange -> Verdict.ALLOW;
            })),
            states,
            meters,
            meters,
            new FakeTicker(),
            (period, task) -> () -> {});
    private ActivePolicy<CompiledChain> active;

    private static FilterSpec spec(String name, FilterMode mode) {
        return new FilterSpec(name, "publishing", mode, OnError.OPEN, new NoPolicy());
    }

    private void force(FilterSpec... specs) {
        CompiledChain next = compiler.compile(List.of(specs));
        if (active == null) {
            active = new ActivePolicy<>(next, next, Runnable::run);
        } else {
            active.swap(next, next);
        }
    }

    private static Account account(String id) {
        return new Account(id, Account.Trust.LISTED, null, null, false, null);
    }

    private Standing read(String id) {
        Standing standing = compiler.standings().of(account(id));
        for (FilterContext context : contexts.values()) {
            assertThat(context.standings().of(account(id))).isEqualTo(standing);
        }
        return standing;
    }

    @Test
    void largestPoolRequestsOfEnforcingFiltersAreInForce() {
        force(spec("a", FilterMode.ENFORCE), spec("b", FilterMode.ENFORCE), spec("c", FilterMode.SHADOW));
        publishers.get("a").publishPoolRequests(Map.of("free", 40L, "", 7L));
        publishers.get("b").publishPoolRequests(Map.of("free", 60L));
        publishers.get("c").publishPoolRequests(Map.of("free", 90L, "gold", 90L));
        assertThat(compiler.standings().poolRequests("free")).isEqualTo(60);
        assertThat(compiler.standings().poolRequests(null)).isEqualTo(7);
        assertThat(compiler.standings().poolRequests("gold")).isZero();
        force(spec("a", FilterMode.ENFORCE), spec("b", FilterMode.SHADOW));
        assertThat(compiler.standings().poolRequests("free")).isEqualTo(40);
    }

    @Test
    void highestStandingOfEnforcingFiltersIsInForce() {
        force(spec("a", FilterMode.ENFORCE), spec("b", FilterMode.ENFORCE), spec("c", FilterMode.ENFORCE));
        assertThat(read("x")).isEqualTo(Standing.CLEAR);
        publishers.get("a").publish(Map.of("x", Standing.POOLED, "y", Standing.MARKED));
        assertThat(read("x")).isEqualTo(Standing.POOLED);
        publishers.get("b").publish(Map.of("x", Standing.MARKED, "y", Standing.BLOCKED, "z", Standing.CLEAR));
        publishers.get("c").publish(Map.of("w", Standing.POOLED));
        assertThat(List.of(read("x"), read("y"), read("z"), read("w")))
                .containsExactly(Standing.POOLED, Standing.BLOCKED, Standing.CLEAR, Standing.POOLED);
        publishers.get("a").publish(Map.of());
        assertThat(List.of(read("x"), read("y"))).containsExactly(Standing.MARKED, Standing.BLOCKED);
    }

    @Test
    void accountHasAtLeastTheStandingOfAKeyThatItLists() {
        force(spec("a", FilterMode.ENFORCE), spec("b", FilterMode.SHADOW));
        publishers.get("a").publish(Map.of("k1", Standing.POOLED, "x", Standing.MARKED), Map.of("k1", "c1", "x", "c2"));
        publishers.get("b").publish(Map.of("k2", Standing.BLOCKED), Map.of(), Set.of("k2"));
        StandingsBoard board = compiler.standings();
        board.follow(key -> key.equals("k1") ? account("x") : key.equals("k2") ? account("y") : null);
        assertThat(List.of(read("x"), read("y"), read("k1")))
                .containsExactly(Standing.POOLED, Standing.BLOCKED, Standing.POOLED);
        assertThat(board.group(account("x"))).isEqualTo("c2");
        assertThat(board.isOrdered("b", account("y"))).isTrue();
        assertThat(board.of(new Account("x", Account.Trust.LISTED, null, null, true, null)))
                .isEqualTo(Standing.MARKED);
        assertThat(board.of(new Account("y", Account.Trust.LISTED, null, null, true, null)))
                .isEqualTo(Standing.BLOCKED);
        assertThat(board.formerIds("x")).containsExactly("k1");
        assertThat(board.published()).doesNotContainKey("y");
        publishers.get("b").publish(Map.of());
        assertThat(List.of(read("y"), read("x"))).containsExactly(Standing.CLEAR, Standing.POOLED);
        board.follow(key -> null);
        assertThat(read("x")).isEqualTo(Standing.MARKED);
    }

    @Test
    void verifiedAccountsAndOrganisationsStandAtMostAtMarkedUnlessOrdered() {
        force(spec("a", FilterMode.ENFORCE), spec("b", FilterMode.SHADOW));
        publishers
                .get("a")
                .publish(
                        Map.of("x", Standing.POOLED, "y", Standing.BLOCKED, "z", Standing.MARKED),
                        Map.of("x", "a1"),
                        Set.of("y"));
        Account verified = new Account("x", Account.Trust.LISTED, null, null, true, null);
        Account employee = new Account("x", Account.Trust.LISTED, "firm", null, false, null);
        Account ordered = new Account("y", Account.Trust.LISTED, "firm", null, true, null);
        assertThat(read("x")).isEqualTo(Standing.POOLED);
        assertThat(compiler.standings().of(verified)).isEqualTo(Standing.MARKED);
        assertThat(compiler.standings().of(employee)).isEqualTo(Standing.MARKED);
        assertThat(compiler.standings().of(ordered)).isEqualTo(Standing.BLOCKED);
        publishers.get("b").publish(Map.of("x", Standing.POOLED), Map.of(), Set.of("x"));
        assertThat(compiler.standings().of(verified)).isEqualTo(Standing.POOLED);
    }

    @Test
    void verifiedAccountKeepsAStandingConfirmedDespiteVerification() {
        force(spec("a", FilterMode.ENFORCE));
        Account verified = new Account("x", Account.Trust.LISTED, null, null, true, null);
        publishers.get("a").publish(Map.of("x", Standing.POOLED), Map.of("x", "a1"), Set.of(), Set.of("x"));
        assertThat(compiler.standings().of(verified)).isEqualTo(Standing.POOLED);
        assertThat(compiler.standings().isOrdered("a", verified)).isFalse();
        force(spec("a", FilterMode.SHADOW));
        assertThat(compiler.standings().of(verified)).isEqualTo(Standing.CLEAR);
        force(spec("a", FilterMode.ENFORCE));
        publishers.get("a").publish(Map.of("x", Standing.POOLED), Map.of("x", "a1"), Set.of(), Set.of());
        assertThat(compiler.standings().of(verified)).isEqualTo(Standing.MARKED);
    }

    @Test
    void groupOfTheFirstEnforcingFilterIsInForce() {
        force(spec("a", FilterMode.ENFORCE), spec("b", FilterMode.ENFORCE), spec("c", FilterMode.SHADOW));
        publishers.get("b").publish(Map.of("x", Standing.POOLED, "y", Standing.POOLED), Map.of("x", "b1", "y", "b1"));
        publishers.get("a").publish(Map.of("x", Standing.MARKED), Map.of("x", "a1"));
        publishers.get("c").publish(Map.of("z", Standing.POOLED), Map.of("z", "c1"));
        assertThat(compiler.standings().group(account("x"))).isEqualTo("a1");
        assertThat(compiler.standings().group(account("y"))).isEqualTo("b1");
        assertThat(compiler.standings().group(account("z"))).isNull();
        publishers.get("a").publish(Map.of("x", Standing.MARKED));
        assertThat(compiler.standings().group(account("x"))).isEqualTo("b1");
    }

    @Test
    void shadowPublicationIsInForceOnceTheFilterEnforces() {
        force(spec("a", FilterMode.SHADOW), spec("b", FilterMode.ENFORCE));
        publishers.get("a").publish(Map.of("x", Standing.BLOCKED));
        assertThat(read("x")).isEqualTo(Standing.CLEAR);
        force(spec("a", FilterMode.ENFORCE), spec("b", FilterMode.ENFORCE));
        assertThat(read("x")).isEqualTo(Standing.BLOCKED);
        force(spec("a", FilterMode.SHADOW), spec("b", FilterMode.ENFORCE));
        assertThat(read("x")).isEqualTo(Standing.CLEAR);
        publishers.get("a").publish(Map.of("x", Standing.POOLED));
        assertThat(read("x")).isEqualTo(Standing.CLEAR);
        force(spec("a", FilterMode.OFF), spec("b", FilterMode.ENFORCE));
        assertThat(read("x")).isEqualTo(Standing.CLEAR);
        force(spec("a", FilterMode.ENFORCE));
        assertThat(read("x")).isEqualTo(Standing.POOLED);
    }

    @Test
    @DisplayName("newcomer F2: of a filter in shadow only the standings set by an operator are in force")
    void standingSetByAnOperatorIsInForceInShadow() {
        force(spec("a", FilterMode.SHADOW), spec("b", FilterMode.ENFORCE));
        Map<String, Standing> standings = Map.of("x", Standing.BLOCKED, "y", Standing.POOLED);
        publishers.get("a").publish(standings, Map.of("x", "c1", "y", "c1"), Set.of("x", "z"));
        assertThat(List.of(read("x"), read("y"), read("z")))
                .containsExactly(Standing.BLOCKED, Standing.CLEAR, Standing.CLEAR);
        assertThat(compiler.standings().group(account("x"))).isEqualTo("c1");
        assertThat(compiler.standings().group(account("y"))).isNull();
        assertThat(compiler.standings().isOrdered("a", account("x"))).isTrue();
        assertThat(compiler.standings().isOrdered("b", account("x"))).isFalse();
        force(spec("a", FilterMode.OFF), spec("b", FilterMode.ENFORCE));
        assertThat(read("x")).as("the filter is off").isEqualTo(Standing.CLEAR);
        force(spec("a", FilterMode.SHADOW), spec("b", FilterMode.ENFORCE));
        assertThat(read("x")).isEqualTo(Standing.BLOCKED);
        publishers.get("a").publish(standings, Map.of(), Set.of());
        assertThat(read("x")).as("withdrawn").isEqualTo(Standing.CLEAR);
        assertThat(compiler.standings().isOrdered("a", account("x"))).isFalse();
    }

    @Test
    void publishedStandingsIncludeShadowAndHaveAVersion() {
        force(spec("a", FilterMode.SHADOW), spec("b", FilterMode.ENFORCE));
        StandingsBoard board = compiler.standings();
        long before = board.version();
        publishers.get("a").publish(Map.of("x", Standing.BLOCKED, "z", Standing.CLEAR));
        publishers.get("b").publish(Map.of("x", Standing.MARKED, "y", Standing.POOLED));
        assertThat(board.version()).isGreaterThan(before);
        assertThat(board.published())
                .containsExactlyInAnyOrderEntriesOf(Map.of("x", Standing.BLOCKED, "y", Standing.POOLED));
        before = board.version();
        force(spec("b", FilterMode.ENFORCE));
        assertThat(board.version()).isGreaterThan(before);
        assertThat(board.published()).containsOnlyKeys("x", "y").containsEntry("x", Standing.MARKED);
    }

    @Test
    void compiledPolicyChangesNothingBeforeActivation() {
        force(spec("a", FilterMode.ENFORCE));
        publishers.get("a").publish(Map.of("x", Standing.POOLED));
        CompiledChain never = compiler.compile(List.of(spec("a", FilterMode.SHADOW), spec("n", FilterMode.ENFORCE)));
        publishers.get("n").publish(Map.of("x", Standing.BLOCKED));
        assertThat(read("x")).isEqualTo(Standing.POOLED);
        never.close();
        assertThat(read("x")).isEqualTo(Standing.POOLED);
    }

    @Test
    void removedFilterLosesItsPublication() {
        force(spec("a", FilterMode.ENFORCE), spec("b", FilterMode.ENFORCE));
        StandingsPublisher old = publishers.get("a");
        old.publish(Map.of("x", Standing.POOLED));
        publishers.get("b").publish(Map.of("x", Standing.MARKED));
        ActivePolicy.Pinned<CompiledChain> underWay = active.pin();
        force(spec("b", FilterMode.ENFORCE));
        assertThat(read("x")).as("an older policy still has the filter").isEqualTo(Standing.MARKED);
        underWay.release();
        old.publish(Map.of("x", Standing.BLOCKED));
        force(spec("a", FilterMode.ENFORCE), spec("b", FilterMode.ENFORCE));
        assertThat(read("x")).isEqualTo(Standing.MARKED);
        assertThat(states.stateCount()).isEqualTo(2);
    }

    @Test
    void publicationIsAtomicAndCopied() {
        force(spec("a", FilterMode.ENFORCE));
        Map<String, Standing> mine = new HashMap<>(Map.of("x", Standing.POOLED));
        publishers.get("a").publish(mine);
        mine.put("x", Standing.BLOCKED);
        assertThat(read("x")).isEqualTo(Standing.POOLED);
        mine.put("y", null);
        assertThatThrownBy(() -> publishers.get("a").publish(mine)).isInstanceOf(NullPointerException.class);
        assertThat(read("x")).isEqualTo(Standing.POOLED);
    }

    @Test
    void readersSeeCompletePublicationsInARace() throws InterruptedException {
        force(spec("a", FilterMode.ENFORCE), spec("b", FilterMode.ENFORCE), spec("c", FilterMode.ENFORCE));
        publishers.get("c").publish(Map.of("x", Standing.MARKED));
        AtomicBoolean wrong = new AtomicBoolean();
        List<Thread> threads = Stream.of(
                        publishing("a", Standing.POOLED, Standing.CLEAR),
                        publishing("b", Standing.MARKED, Standing.BLOCKED),
                        reading(wrong),
                        reading(wrong))
                .map(Thread.ofPlatform()::start)
                .toList();
        for (int i = 0; i < 50; i++) {
            force(spec("a", FilterMode.ENFORCE), spec("b", FilterMode.ENFORCE), spec("c", FilterMode.ENFORCE));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).isFalse();
        publishers.get("a").publish(Map.of());
        publishers.get("b").publish(Map.of("x", Standing.POOLED));
        assertThat(read("x")).isEqualTo(Standing.POOLED);
    }

    private Runnable publishing(String filter, Standing one, Standing other) {
        StandingsPublisher publisher = publishers.get(filter);
        return () -> {
            for (int i = 0; i < 20_000; i++) {
                publisher.publish(Map.of("x", i % 2 == 0 ? one : other, "y" + i % 7, one));
            }
        };
    }

    /** Checks for an impossible reading: an account is clear although one filter always watches it. */
    private Runnable reading(AtomicBoolean wrong) {
        Account x = account("x");
        return () -> {
            for (int i = 0; i < 200_000; i++) {
                if (!compiler.standings().of(x).reaches(Standing.MARKED)) {
                    wrong.set(true);
                }
            }
        };
    }
}
