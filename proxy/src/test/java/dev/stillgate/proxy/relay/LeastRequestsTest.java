package dev.stillgate.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests the choice of an endpoint. */
class LeastRequestsTest {
    private static UpstreamEndpoint[] endpoints(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new UpstreamEndpoint(
                        new UpstreamEndpoint.Site("e" + i, "e" + i, 80, null),
                        InetSocketAddress.createUnresolved("e" + i, 80)))
                .toArray(UpstreamEndpoint[]::new);
    }

    private static UpstreamEndpoint choose(UpstreamEndpoint[] all, UpstreamEndpoint... tried) {
        return LeastRequests.choose(all, List.of(tried), 0, 1);
    }

    @Test
    void endpointWithFewerRequestsIsChosenOfTwo() {
        UpstreamEndpoint[] all = endpoints(2);
        all[0].entered();
        for (int i = 0; i < 100; i++) {
            assertThat(choose(all)).isSameAs(all[1]);
        }
        all[0].left();
        all[1].entered();
        assertThat(choose(all)).isSameAs(all[0]);
    }

    @Test
    void longRequestsAreSpreadEvenly() {
        UpstreamEndpoint[] all = endpoints(5);
        for (int i = 0; i < 1_000; i++) {
            choose(all).entered();
        }
        assertThat(Arrays.stream(all).map(UpstreamEndpoint::inFlight).toList())
                .allMatch(count -> count >= 190 && count <= 210);
    }

    @Test
    void slowEndpointReceivesFewRequests() {
        UpstreamEndpoint[] all = endpoints(4);
        for (int i = 0; i < 10; i++) {
            all[2].entered();
        }
        for (int i = 0; i < 200; i++) {
            assertThat(choose(all)).isNotSameAs(all[2]);
        }
    }

    @Test
    void triedEndpointIsNotChosenAgain() {
        UpstreamEndpoint[] all = endpoints(3);
        for (int i = 0; i < 100; i++) {
            assertThat(choose(all, all[1])).isNotSameAs(all[1]);
            assertThat(choose(all, all[0], all[2])).isSameAs(all[1]);
        }
        assertThat(choose(all, all)).isNull();
        assertThat(choose(endpoints(1))).isNotNull();
        UpstreamEndpoint[] one = endpoints(1);
        assertThat(choose(one, one)).isNull();
    }
}
