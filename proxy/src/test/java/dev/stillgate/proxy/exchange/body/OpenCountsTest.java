package dev.stillgate.proxy.exchange.body;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.exchange.OpenExchanges;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.spi.Account;
import java.net.InetAddress;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

class OpenCountsTest {
    private static long key(String address) {
        return OpenCounts.key(InetAddress.ofLiteral(address));
    }

    @Test
    void keyIsLimitedToTheMaximum() {
        OpenCounts counts = new OpenCounts(2);
        assertThat(counts.open(7)).isTrue();
        assertThat(counts.open(7)).isTrue();
        assertThat(counts.open(7)).isFalse();
        assertThat(counts.open(8)).isTrue();
        counts.close(7);
        assertThat(counts.open(7)).isTrue();
    }

    @Test
    void keyIsTheIpv4AddressOrTheIpv6Network() {
        assertThat(key("192.0.2.1")).isNotEqualTo(key("192.0.2.2"));
        assertThat(key("2001:db8::1")).isEqualTo(key("2001:db8::ffff:ffff:ffff:ffff"));
        assertThat(key("2001:db8::1")).isNotEqualTo(key("2001:db8:0:1::1"));
        assertThat(key("::ffff:192.0.2.1")).isEqualTo(key("192.0.2.1"));
    }

    @Test
    void clientsBehindATranslatorAreNotOne() {
        assertThat(key("64:ff9b::192.0.2.1")).isNotEqualTo(key("64:ff9b::192.0.2.2"));
        assertThat(key("64:ff9b::192.0.2.1")).isEqualTo(key("192.0.2.1"));
        assertThat(key("64:ff9b:1::192.0.2.1")).isEqualTo(key("64:ff9b:1::192.0.2.2"));
    }

    @Test
    void countsAreExactAmongThreads() throws InterruptedException {
        OpenCounts counts = new OpenCounts(3);
        CountDownLatch done = new CountDownLatch(4);
        IntStream.range(0, 4)
                .forEach(n -> Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 50_000; i++) {
                        if (counts.open(1)) {
                            counts.close(1);
                        }
                    }
                    done.countDown();
                }));
        done.await();
        assertThat(IntStream.range(0, 4).filter(n -> counts.open(1)).count()).isEqualTo(3);
    }

    @Test
    void exchangeIsCountedForAddressAndAccountOrNeither() throws BadMessage {
        OpenExchanges open = new OpenExchanges(2, 1);
        InetAddress here = InetAddress.ofLiteral("192.0.2.1");
        Account one = new Account("a-1", Account.Trust.LISTED, null, null, false, null);
        Account two = new Account("a-2", Account.Trust.LISTED, null, null, false, null);
        open.begin(here, one);
        Assertions.assertThatThrownBy(() -> open.begin(here, one))
                .isInstanceOfSatisfying(
                        BadMessage.class, e -> assertThat(e.code()).isEqualTo("account-exchanges"));
        open.begin(here, two);
        Assertions.assertThatThrownBy(() -> open.begin(here, Account.ANONYMOUS))
                .isInstanceOfSatisfying(
                        BadMessage.class, e -> assertThat(e.code()).isEqualTo("address-exchanges"));
        open.end(here, one);
        open.begin(here, Account.ANONYMOUS);
        open.end(here, Account.ANONYMOUS);
        open.begin(here, one);
    }
}
