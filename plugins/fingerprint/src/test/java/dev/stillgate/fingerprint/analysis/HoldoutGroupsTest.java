package dev.stillgate.fingerprint.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.fingerprint.holdout.HoldoutGroup;
import dev.stillgate.fingerprint.signal.SharedKey;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class HoldoutGroupsTest {
    private static final int FIRST = 1_770_000_000;

    /** Accounts with an index of 1000 or above are new. */
    private final HoldoutGroups groups = new HoldoutGroups((account, since) -> account >= 1000);

    private static HoldoutGroup of(int from, int to) {
        return new HoldoutGroup(IntStream.range(from, to).toArray(), SharedKey.CLIENT, FIRST);
    }

    @Test
    void similarGroupsAreNotTestedTwice() {
        assertThat(groups.begin(of(0, 20))).isTrue();
        assertThat(groups.begin(of(0, 20))).isFalse();
        assertThat(groups.begin(of(2, 22))).isFalse();
        assertThat(groups.begin(of(10, 30))).isTrue();
        assertThat(groups.running()).hasSize(2);
    }

    @Test
    void subsetOfAClosedGroupIsRestarted() {
        HoldoutGroup over = of(0, 20);
        groups.begin(over);
        over.close(FIRST);
        assertThat(groups.begin(of(0, 18))).isFalse();
        groups.restart(of(0, 18));
        groups.restart(of(0, 17));
        assertThat(groups.running())
                .hasSize(2)
                .last()
                .satisfies(group -> assertThat(group.accounts).hasSize(18));
    }

    @Test
    void remainderIsTestedBesideItsGroup() {
        groups.begin(of(0, 20));
        HoldoutGroup rest = HoldoutGroup.ofRemainder(IntStream.range(0, 18).toArray(), SharedKey.CLIENT, FIRST);
        groups.restart(rest);
        groups.restart(HoldoutGroup.ofRemainder(
                IntStream.concat(IntStream.range(0, 18), IntStream.of(1000)).toArray(),
                SharedKey.CLIENT,
                FIRST + 3600));
        assertThat(groups.running()).hasSize(2).last().isSameAs(rest);
        assertThat(rest.accounts).hasSize(19).endsWith(1000);
        rest.close(FIRST);
        groups.restart(HoldoutGroup.ofRemainder(IntStream.range(0, 18).toArray(), SharedKey.CLIENT, FIRST + 7200));
        assertThat(groups.running()).filteredOn(group -> !group.isClosed()).hasSize(1);
    }

    @Test
    void onlyNewAccountsJoinASimilarGroup() {
        HoldoutGroup running = of(0, 20);
        groups.begin(running);
        HoldoutGroup candidate = new HoldoutGroup(
                IntStream.concat(IntStream.range(0, 21), IntStream.of(1000, 1001))
                        .toArray(),
                SharedKey.CLIENT,
                FIRST + 3600);
        assertThat(groups.begin(candidate)).isFalse();
        assertThat(running.accounts).hasSize(22).endsWith(19, 1000, 1001);
        groups.observe(1001, Seen.prompt("a", (FIRST + 7200) * 1000L), true);
        assertThat(running.starts().count(21)).isEqualTo(1);
        assertThat(groups.begin(new HoldoutGroup(candidate.accounts, SharedKey.SHAPE, FIRST)))
                .isFalse();
        assertThat(running.accounts).hasSize(22);
    }

    @Test
    void matchingAccountsFollowAConfirmedGroup() {
        HoldoutGroup running = of(0, 20);
        groups.begin(running);
        groups.follow(of(7, 30), account -> account < 20);
        assertThat(running.accounts).as("overlap below 0.7").hasSize(20);
        groups.follow(of(2, 30), account -> account < 10);
        assertThat(running.accounts).as("half of the core flagged").hasSize(20);
        groups.follow(new HoldoutGroup(of(2, 30).accounts, SharedKey.SHAPE, FIRST), account -> account < 20);
        assertThat(running.accounts).as("another shared key").hasSize(20);
        groups.follow(of(2, 30), account -> account < 11 || account == 25);
        assertThat(running.accounts).hasSize(29).doesNotContain(25);
        assertThat(running.core()).hasSize(20);
        groups.observe(29, Seen.prompt("a", (FIRST + 7200) * 1000L), true);
        assertThat(running.starts().count(running.memberIndex(29))).isEqualTo(1);
        groups.follow(of(2, 32), account -> account < 11);
        assertThat(running.core()).as("followers are not part of the core").hasSize(20);
        assertThat(running.accounts).hasSize(32);
        running.close(FIRST);
        groups.follow(of(2, 40), account -> account < 20);
        assertThat(running.accounts).hasSize(32);
    }

    @Test
    void exchangeCountsInAllRunningGroupsOfItsAccount() {
        HoldoutGroup first = of(0, 20);
        HoldoutGroup second = of(10, 30);
        HoldoutGroup over = of(15, 60);
        groups.begin(first);
        groups.begin(second);
        groups.begin(over);
        over.close(FIRST);
        groups.observe(15, Seen.prompt("a", 1_770_000_000_000L), true);
        groups.observe(99, Seen.prompt("b", 1_770_000_000_000L), true);
        assertThat(first.starts().total()).isEqualTo(1);
        assertThat(second.starts().total()).isEqualTo(1);
        assertThat(over.starts().total()).isZero();
    }

    @Test
    void groupEndsWhenAnAccountIsForgotten() {
        groups.begin(of(0, 20));
        groups.begin(of(10, 30));
        groups.forget(5, 7);
        assertThat(groups.running())
                .singleElement()
                .satisfies(left -> assertThat(left.accounts[0]).isEqualTo(10));
        assertThat(groups.begin(of(0, 20))).isTrue();
    }

    @Test
    void membersAreBounded() {
        HoldoutGroup running = of(0, 20);
        groups.begin(running);
        groups.begin(of(100_000, 199_970));
        groups.follow(of(0, 40), account -> account < 20);
        assertThat(running.accounts).hasSize(30);
        groups.begin(of(0, 1050));
        assertThat(running.accounts).as("no group ends for it").hasSize(30);
    }

    @Test
    void oldestGroupsEndAtTheBound() {
        for (int k = 0; k < 500; k++) {
            groups.begin(of(k * 20, k * 20 + 20));
        }
        assertThat(groups.running()).hasSize(400);
        assertThat(groups.running().getFirst().accounts[0]).isEqualTo(2000);
        for (int k = 0; k < 4; k++) {
            groups.begin(of(100_000 + k * 40_000, 140_000 + k * 40_000));
        }
        assertThat(groups.running()).hasSizeBetween(2, 3);
    }
}
