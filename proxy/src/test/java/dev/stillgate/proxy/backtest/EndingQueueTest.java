package dev.stillgate.proxy.backtest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.exchange.WrittenExchange;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Usage;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;

class EndingQueueTest {
    private static WrittenExchange ending(long number, long millis) {
        InetAddress address = InetAddress.getLoopbackAddress();
        WrittenExchange exchange = new WrittenExchange(
                number,
                null,
                new WrittenExchange.Request("replay-" + number, "POST", "/", LoggedHeaders.of("a", "b")),
                new WrittenExchange.Caller(Account.ANONYMOUS, address, new LoggedConnection(1, address, "1.1", null)),
                VirtualClock.nanos(1),
                1);
        exchange.ends(
                millis,
                new Outcome.Served(200, Usage.NONE, 0, 0),
                null,
                ResponseFacts.NONE,
                ProviderVerdict.NONE,
                false);
        return exchange;
    }

    @Test
    void exchangesAreOrderedByEndThenByStart() {
        EndingQueue open = new EndingQueue(10);
        open.add(ending(1, 30));
        open.add(ending(3, 20));
        open.add(ending(2, 20));
        assertThat(open.nextEnd()).isEqualTo(20_000_000);
        assertThat(open.take().requestId()).isEqualTo("replay-2");
        assertThat(open.take().requestId()).isEqualTo("replay-3");
        assertThat(open.take().requestId()).isEqualTo("replay-1");
        assertThat(open.nextEnd()).isEqualTo(Long.MAX_VALUE);
        assertThat(open.endedEarly()).isZero();
    }

    @Test
    void excessExchangesEndEarlyAndAreCounted() {
        EndingQueue open = new EndingQueue(2);
        open.add(ending(1, 30));
        open.add(ending(2, 20));
        assertThat(open.isOverfull()).isFalse();
        open.add(ending(3, 40));
        assertThat(open.isOverfull()).isTrue();
        assertThat(open.takeEarly().requestId()).isEqualTo("replay-2");
        assertThat(open.isOverfull()).isFalse();
        assertThat(open.endedEarly()).isEqualTo(1);
    }
}
