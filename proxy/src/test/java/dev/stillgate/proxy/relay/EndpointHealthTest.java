package dev.stillgate.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.Http1HeadParser;
import dev.stillgate.spi.Ticker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests ejection, pauses, health checks and warm-up of endpoints. */
class EndpointHealthTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private long now = Long.MAX_VALUE - 20 * SECOND; // sums may overflow, like the ticker's
    private final UpstreamNames names =
            new UpstreamNames(host -> new InetAddress[0], Runnable::run, Ticker.system(), amount -> {});
    private final Upstreams upstreams = new Upstreams(Terms.nowhere(), names, Ticker.system());

    private UpstreamGroup group(int endpoints) {
        List<UpstreamEndpoint.Site> sites = new ArrayList<>();
        for (int i = 0; i < endpoints; i++) {
            sites.add(new UpstreamEndpoint.Site("10.0.0." + i, "10.0.0." + i, 80, null));
        }
        UpstreamGroup group = new UpstreamGroup(upstreams.state("model"), sites, Terms.standard());
        assertThat(group.resolve(names)).isNull();
        return group;
    }

    private void fail(UpstreamGroup group, UpstreamEndpoint endpoint) {
        for (int i = 0; i < 3; i++) {
            group.failed(endpoint, now);
        }
    }

    private Map<UpstreamEndpoint, Integer> chosen(UpstreamGroup group, int rounds) {
        Map<UpstreamEndpoint, Integer> counts = new HashMap<>();
        for (int i = 0; i < rounds; i++) {
            counts.merge(group.first(now), 1, Integer::sum);
        }
        return counts;
    }

    private static Http1Head head(String text) throws BadMessage {
        Http1Head head = new Http1Head();
        ByteBuf bytes = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
        assertThat(Http1HeadParser.ofResponses(head, 1_000).feed(bytes)).isTrue();
        return head;
    }

    private static Http1Head answer(int status, String retryAfter) throws BadMessage {
        return head("HTTP/1.1 " + status + " x\r\nretry-after: " + retryAfter + "\r\n\r\n");
    }

    @Test
    void onlyConsecutiveFailuresEject() {
        UpstreamGroup group = group(2);
        UpstreamEndpoint bad = group.endpoints().getFirst();
        for (int i = 0; i < 10; i++) {
            group.failed(bad, now);
            group.failed(bad, now);
            group.succeeded(bad);
        }
        assertThat(group.ejected(now)).isZero();
        fail(group, bad);
        assertThat(group.ejected(now)).isEqualTo(1);
        assertThat(chosen(group, 100)).doesNotContainKey(bad);
    }

    @Test
    void ejectionTimeDoublesUpToItsLimitWithJitter() {
        EndpointHealth health = new EndpointHealth();
        Duration first = Duration.ofSeconds(10);
        Duration longest = Duration.ofMinutes(1);
        for (int expected : new int[] {10, 20, 40, 60, 60, 60}) {
            long time = health.eject(now, first, longest);
            assertThat(time).isBetween(expected * SECOND, expected * SECOND * 5 / 4);
            assertThat(health.isAvailable(now + time - 1)).isFalse();
            now += time;
            assertThat(health.isAvailable(now)).isTrue();
        }
        now += 61 * SECOND;
        assertThat(health.eject(now, first, longest))
                .as("the ejection time starts over after a while")
                .isLessThan(13 * SECOND);
    }

    @Test
    void manyEjectionsDoNotOverflow() {
        EndpointHealth health = new EndpointHealth();
        for (int i = 0; i < 100; i++) {
            assertThat(health.eject(now, Duration.ofDays(3650), Duration.ofDays(3650)))
                    .isPositive();
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 1", "3, 1", "4, 2", "5, 2"})
    void atMostHalfAreEjected(int endpoints, int most) {
        UpstreamGroup group = group(endpoints);
        group.endpoints().forEach(endpoint -> fail(group, endpoint));
        assertThat(group.ejected(now)).isEqualTo(most);
        assertThat(group.first(now)).isNotNull();
    }

    @Test
    void allEndpointsAreUsedWhenNoneIsHealthy() {
        UpstreamGroup group = group(3);
        group.endpoints().forEach(endpoint -> endpoint.health().checked(false, now));
        assertThat(group.available(now)).isZero();
        group.endpoints().getFirst().entered();
        assertThat(chosen(group, 300)).as("those with fewer requests").hasSize(2);
        group.endpoints().forEach(UpstreamEndpoint::entered);
        assertThat(chosen(group, 300)).hasSize(2);
    }

    @Test
    void onlyHealthyEndpointReceivesAllRequests() {
        UpstreamGroup group = group(4);
        for (int i = 1; i < 4; i++) {
            group.endpoints().get(i).health().checked(false, now);
        }
        assertThat(chosen(group, 100)).containsOnlyKeys(group.endpoints().getFirst());
        assertThat(group.choose(group.endpoints().subList(0, 1), now))
                .as("the healthy one was tried: an unhealthy one is better than none")
                .isNotNull();
    }

    @Test
    void returningEndpointWarmsUp() {
        UpstreamGroup group = group(2);
        UpstreamEndpoint back = group.endpoints().getFirst();
        back.health().checked(false, now);
        back.health().checked(true, now);
        assertThat(chosen(group, 4_000).get(back)).as("a tenth of its half").isBetween(100, 350);
        now += 5 * SECOND;
        assertThat(chosen(group, 4_000).get(back)).as("half of its half").isBetween(800, 1_200);
        now += 5 * SECOND;
        assertThat(chosen(group, 4_000).get(back)).as("its half").isBetween(1_700, 2_300);
        now += 1_000 * SECOND;
        assertThat(back.health().share(now, 10 * SECOND)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "503, 7, 7",
        "503, 100000, 60",
        "503, 0, 0",
        "503, -1, 0",
        "503, 99999999999999999999, 0",
        "503, 'Fri, 31 Dec 1999 23:59:59 GMT', 0",
        "429, 7, 0",
        "500, 7, 0",
        "200, 7, 0"
    })
    void pauseFollowsRetryAfterWithinLimits(int status, String retryAfter, int seconds) throws BadMessage {
        UpstreamGroup group = group(2);
        UpstreamEndpoint tired = group.endpoints().getFirst();
        group.responded(tired, answer(status, retryAfter), now);
        assertThat(tired.health().isAvailable(now)).isEqualTo(seconds == 0);
        assertThat(tired.health().isAvailable(now + seconds * SECOND)).isTrue();
        assertThat(group.ejected(now)).isZero();
        group.responded(group.endpoints().getLast(), answer(503, "60"), now);
        assertThat(group.endpoints().getLast().health().isAvailable(now))
                .as("half are paused at most")
                .isEqualTo(seconds > 0);
    }

    @Test
    void onlyEndpointIsNotPaused() throws BadMessage {
        UpstreamGroup group = group(1);
        group.responded(group.endpoints().getFirst(), answer(503, "60"), now);
        assertThat(group.available(now)).isEqualTo(1);
    }

    @Test
    void serverErrorStatusesCountAsFailures() throws BadMessage {
        UpstreamGroup group = group(2);
        UpstreamEndpoint bad = group.endpoints().getFirst();
        for (int status : new int[] {400, 401, 404, 429, 501, 505}) {
            assertThat(group.responded(bad, answer(status, ""), now)).isFalse();
        }
        for (int status : new int[] {500, 502, 529}) {
            assertThat(group.ejected(now)).isZero();
            assertThat(group.responded(bad, answer(status, ""), now)).isTrue();
        }
        assertThat(group.ejected(now)).isEqualTo(1);
    }

    @Test
    void stateOutlivesPolicyReload() {
        UpstreamGroup before = group(2);
        upstreams.activate(List.of(before));
        fail(before, before.endpoints().getFirst());
        UpstreamGroup after = group(2);
        upstreams.activate(List.of(after));
        assertThat(after.ejected(now)).isEqualTo(1);
        assertThat(after.endpoints()).isEqualTo(before.endpoints());
    }
}
