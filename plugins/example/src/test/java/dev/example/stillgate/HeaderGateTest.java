package dev.example.stillgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FilterHarness;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class HeaderGateTest {
    @Test
    void allowsARequestWithTheHeaderAndRefusesOneWithout() {
        var harness = new FilterHarness<>(new HeaderGateFactory()).policy(new HeaderGatePolicy("X-Team", null));
        assertThat(harness.request(harness.exchange().with(new Header("x-team", "search"))))
                .isSameAs(Verdict.ALLOW);
        assertThat(harness.request(harness.exchange())).isInstanceOf(Verdict.Reject.class);
    }

    @Test
    void allowsOnlyTheValuesNamed() {
        var harness =
                new FilterHarness<>(new HeaderGateFactory()).policy(new HeaderGatePolicy("x-team", Set.of("search")));
        assertThat(harness.request(harness.exchange().with(new Header("x-team", "search"))))
                .isSameAs(Verdict.ALLOW);
        assertThat(harness.request(harness.exchange().with(new Header("x-team", "other"))))
                .isInstanceOfSatisfying(
                        Verdict.Reject.class,
                        refusal -> assertThat(refusal.kind()).isEqualTo(Verdict.Kind.BLOCKED));
        assertThat(harness.context().count("example.header.gate.refused", "filter", "require-header"))
                .isEqualTo(1);
    }

    @Test
    void refusesANameThatIsNoHeader() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HeaderGatePolicy("x team\r\n", null))
                .withMessageContaining("header: expected a name");
    }

    @Test
    void isFoundByItsType() {
        assertThat(ServiceLoader.load(FilterFactory.class))
                .filteredOn(factory -> factory.type().equals("require-header"))
                .hasSize(1);
    }
}
