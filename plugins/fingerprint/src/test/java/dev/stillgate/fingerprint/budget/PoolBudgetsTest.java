package dev.stillgate.fingerprint.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PoolBudgetsTest {
    private final PoolBudgets budgets = new PoolBudgets();

    private static void add(PoolBudgets to, String tier, int days, int requests) {
        for (int day = 0; day < days; day++) {
            to.add(tier, List.of(DayCode.of(requests)));
        }
    }

    @Test
    void budgetIsThe99thPercentileOfAThousandDays() {
        add(budgets, "free", 989, 20);
        add(budgets, "free", 10, 3000);
        assertThat(budgets.all()).isEqualTo(Map.of("free", new PoolBudget(999, 0)));
        add(budgets, "free", 1, 25);
        assertThat(budgets.all()).isEqualTo(Map.of("free", new PoolBudget(1000, 25)));
        add(budgets, "free", 1, 3000);
        assertThat(budgets.all().get("free").requests()).isBetween(3000L, 3187L);
        add(budgets, null, 1000, 3);
        assertThat(budgets.all().get("")).isEqualTo(new PoolBudget(1000, 3));
    }

    @Test
    void budgetFollowsTheUseOfLaterCustomers() {
        add(budgets, "free", 19_999, 400);
        assertThat(budgets.all().get("free").days()).isEqualTo(19_999);
        for (int halving = 0; halving < 7; halving++) {
            add(budgets, "free", 10_000, 8);
        }
        assertThat(budgets.all().get("free").requests()).isEqualTo(8);
        assertThat(budgets.all().get("free").days()).isBetween(10_000L, 20_000L);
    }

    @Test
    void tiersBeyondTheBoundCountAsNone() {
        for (int tier = 0; tier < 300; tier++) {
            add(budgets, "tier-" + tier, 1, 8);
        }
        assertThat(budgets.all()).hasSize(PoolBudgets.MAX_TIERS + 1).containsEntry("", new PoolBudget(46, 0));
    }

    @Test
    void gatewayTakesOverTheDaysThatItLacks() throws IOException {
        PoolBudgets other = new PoolBudgets();
        add(budgets, "free", 1500, 20);
        add(budgets, "gold", 5, 20);
        add(other, "free", 1200, 90);
        add(other, "gold", 2000, 70);
        assertThat(budgets.adopt(copy(other))).as("knows more of free").isTrue();
        assertThat(budgets.all()).isEqualTo(Map.of("free", new PoolBudget(1500, 20), "gold", new PoolBudget(2000, 71)));
        assertThat(other.adopt(copy(budgets))).isFalse();
        assertThat(other.all()).isEqualTo(budgets.all());
    }

    @Test
    void damagedCountIsRefused() throws IOException {
        add(budgets, "free", 1, 20);
        byte[] bytes = bytes(budgets);
        bytes[bytes.length - 4] = (byte) 0xff;
        assertThatThrownBy(() -> PoolBudgets.read(new DataInputStream(new ByteArrayInputStream(bytes))))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("damaged: ");
    }

    private static PoolBudgets copy(PoolBudgets of) throws IOException {
        return PoolBudgets.read(new DataInputStream(new ByteArrayInputStream(bytes(of))));
    }

    private static byte[] bytes(PoolBudgets of) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        of.write(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }
}
