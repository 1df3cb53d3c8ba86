package dev.stillgate.proxy.exchange.body;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class MemoryBudgetTest {
    private final InetAddress a = InetAddress.ofLiteral("192.0.2.1");
    private final InetAddress b = InetAddress.ofLiteral("2001:db8::7");

    @Test
    void addressCannotTakeTheWholeBudget() {
        MemoryBudget budget = new MemoryBudget(100, 60);
        assertThat(budget.take(a, 60)).isTrue();
        assertThat(budget.take(a, 1)).isFalse();
        assertThat(budget.take(b, 40)).isTrue();
        assertThat(budget.take(b, 1)).isFalse();
        assertThat(budget.used()).isEqualTo(100);
        budget.giveBack(a, 60);
        budget.giveBack(b, 40);
        assertThat(budget.used()).isZero();
        assertThat(budget.take(a, 60)).isTrue();
    }

    @Test
    void budgetIsExactAmongThreads() throws InterruptedException {
        MemoryBudget budget = new MemoryBudget(50, 50);
        CountDownLatch done = new CountDownLatch(4);
        IntStream.range(0, 4)
                .forEach(n -> Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 50_000; i++) {
                        if (budget.take(n % 2 == 0 ? a : b, 20)) {
                            budget.giveBack(n % 2 == 0 ? a : b, 20);
                        }
                    }
                    done.countDown();
                }));
        done.await();
        assertThat(budget.used()).isZero();
        assertThat(budget.take(a, 50)).isTrue();
    }
}
