package dev.stillgate.proxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.spi.Ticker;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tests host names whose addresses change, disappear and return. */
class UpstreamNamesTest {
    private final Map<String, List<String>> answers = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private final ArrayDeque<Runnable> background = new ArrayDeque<>();
    private final AtomicLong failures = new AtomicLong();
    private long now = -5;

    private final Ticker ticker = new Ticker() {
        @Override
        public long nanos() {
            return now;
        }

        @Override
        public long millis() {
            return 0;
        }
    };
    private final UpstreamNames names = new UpstreamNames(this::lookUp, background::add, ticker, failures::addAndGet);
    private final Upstreams upstreams = new Upstreams(Terms.nowhere(), names, ticker);

    private InetAddress[] lookUp(String name) throws UnknownHostException {
        asked.add(name);
        List<String> found = answers.get(name);
        if (found == null) {
            throw new UnknownHostException(name);
        }
        return found.stream().map(InetAddress::ofLiteral).toArray(InetAddress[]::new);
    }

    private UpstreamGroup group(String... hosts) {
        UpstreamGroup group = group("model", List.of(hosts));
        upstreams.activate(List.of(group));
        return group;
    }

    /** Resolves an upstream that is not active. */
    private UpstreamGroup group(String name, List<String> hosts) {
        List<UpstreamEndpoint.Site> sites = new ArrayList<>();
        for (String host : hosts) {
            sites.add(new UpstreamEndpoint.Site(host, host, 80, null));
        }
        UpstreamGroup group = new UpstreamGroup(upstreams.state(name), sites, Terms.standard());
        assertThat(group.resolve(names)).isNull();
        return group;
    }

    private static List<String> addresses(UpstreamGroup group) {
        return group.endpoints().stream()
                .map(endpoint -> endpoint.address().getAddress().getHostAddress())
                .toList();
    }

    private void pass(Duration time) {
        now += time.toNanos();
        upstreams.refreshNames();
    }

    private void runBackground() {
        while (!background.isEmpty()) {
            background.remove().run();
        }
    }

    @Test
    void everyAddressOfAHostBecomesAnEndpoint() {
        answers.put("model.test", List.of("10.0.0.2", "10.0.0.1", "10.0.0.2"));
        UpstreamGroup group = group("model.test", "10.9.9.9");
        assertThat(addresses(group)).containsExactly("10.0.0.1", "10.0.0.2", "10.9.9.9");
        assertThat(group.endpoints()).extracting(UpstreamEndpoint::toString).contains("model.test", "10.9.9.9");
        assertThat(asked).as("an address needs no lookup").containsExactly("model.test");
    }

    @Test
    void lookupsRunInTheBackgroundOnly() {
        answers.put("model.test", List.of("10.0.0.1"));
        UpstreamGroup group = group("model.test");
        UpstreamEndpoint first = group.endpoints().getFirst();
        pass(Duration.ofSeconds(29));
        assertThat(background).isEmpty();
        answers.put("model.test", List.of("10.0.0.7", "10.0.0.1"));
        pass(Duration.ofSeconds(1));
        pass(Duration.ofSeconds(60));
        assertThat(background).as("one lookup at a time").hasSize(1);
        assertThat(asked).hasSize(1);
        assertThat(addresses(group)).containsExactly("10.0.0.1");
        runBackground();
        assertThat(addresses(group)).containsExactly("10.0.0.1", "10.0.0.7");
        assertThat(group.endpoints().getFirst())
                .as("the remaining endpoint is the same object")
                .isSameAs(first);
    }

    @Test
    void failedLookupKeepsThePreviousAddresses() {
        answers.put("model.test", List.of("10.0.0.1"));
        UpstreamGroup group = group("model.test");
        for (int i = 1; i <= 5; i++) {
            answers.remove("model.test");
            pass(Duration.ofSeconds(30));
            runBackground();
            assertThat(addresses(group)).containsExactly("10.0.0.1");
            assertThat(failures).hasValue(i);
        }
        answers.put("model.test", List.of());
        pass(Duration.ofSeconds(30));
        runBackground();
        assertThat(addresses(group)).as("an empty result is a failure").containsExactly("10.0.0.1");
        answers.put("model.test", List.of("10.0.0.2"));
        pass(Duration.ofSeconds(30));
        runBackground();
        assertThat(addresses(group)).containsExactly("10.0.0.2");
    }

    @Test
    void newPolicyUsesCachedAddresses() {
        answers.put("model.test", List.of("10.0.0.1"));
        UpstreamEndpoint before = group("model.test").endpoints().getFirst();
        answers.remove("model.test");
        assertThat(group("model.test").endpoints()).containsExactly(before);
        assertThat(asked).hasSize(1);
    }

    @Test
    void unresolvedHostIsReportedWithThePolicy() {
        UpstreamEndpoint.Site lost = new UpstreamEndpoint.Site("gone.test:81", "gone.test", 81, null);
        UpstreamGroup group = new UpstreamGroup(upstreams.state("model"), List.of(lost), Terms.standard());
        assertThat(group.resolve(names)).isSameAs(lost);
        assertThatThrownBy(() -> group.first(now)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void numberOfAddressesIsLimited() throws UnknownHostException {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            many.add("10.0.1." + i);
        }
        answers.put("many.test", many);
        assertThat(names.find("many.test")).hasSize(64);
    }

    @Test
    @DisplayName("engine B3: every upstream of a host name follows its changed addresses")
    void allUpstreamsOfAHostFollowItsAddresses() {
        answers.put("model.test", List.of("192.0.2.1"));
        UpstreamGroup chat = group("chat", List.of("model.test"));
        UpstreamGroup batch = group("batch", List.of("10.9.9.9", "model.test"));
        upstreams.activate(List.of(chat, batch));
        answers.put("model.test", List.of("192.0.2.2"));
        pass(Duration.ofSeconds(30));
        runBackground();
        pass(Duration.ofSeconds(1));
        assertThat(addresses(chat)).containsExactly("192.0.2.2");
        assertThat(addresses(batch)).containsExactly("10.9.9.9", "192.0.2.2");
        assertThat(asked).as("one lookup for both").hasSize(2);
    }

    @Test
    @DisplayName("engine B3: a policy read before an address change follows it once active")
    void policyReadBeforeTheChangeFollows() {
        answers.put("model.test", List.of("192.0.2.1"));
        UpstreamGroup before = group("model", List.of("model.test"));
        upstreams.activate(List.of(before));
        UpstreamGroup next = group("model", List.of("model.test"));
        answers.put("model.test", List.of("192.0.2.2"));
        pass(Duration.ofSeconds(30));
        runBackground();
        upstreams.activate(List.of(next));
        assertThat(addresses(next)).containsExactly("192.0.2.1");
        pass(Duration.ofSeconds(1));
        assertThat(addresses(next)).containsExactly("192.0.2.2");
    }
}
