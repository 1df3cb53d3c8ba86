package dev.stillgate.proxy.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.proxy.chain.Rig.NoPolicy;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.PolicyException;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.Verdict;
import dev.stillgate.testkit.FakeTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Which chains require the provider's usage in every response. */
class UsageRequirementTest {
    private final List<String> asked = new ArrayList<>();
    private final FakeMeters meters = new FakeMeters();
    private final ChainCompiler compiler = new ChainCompiler(
            FilterCatalog.of(
                    Rig.factory("wanting", (policy, context) -> completing(() -> asked.add(context.name()))),
                    Rig.factory("content", (policy, context) -> completing(() -> false)),
                    Rig.factory(
                            "failing",
                            (policy, context) -> completing(() -> {
                                throw new IllegalStateException("as meant");
                            })),
                    Rig.factory("plain", (policy, context) -> (RequestFilter) exchange -> Verdict.ALLOW)),
            new StateRegistry(),
            meters,
            meters,
            new FakeTicker(),
            (period, task) -> () -> {});

    private static CompletionFilter completing(BooleanSupplier wants) {
        return new CompletionFilter() {
            @Override
            public void onComplete(Exchange exchange, Outcome outcome) {}

            @Override
            public boolean requiresUsage() {
                return wants.getAsBoolean();
            }
        };
    }

    private static FilterSpec spec(String type, FilterMode mode) {
        return new FilterSpec(type, type, mode, OnError.OPEN, new NoPolicy());
    }

    private boolean required(FilterSpec... specs) {
        return compiler.compile(List.of(specs)).chain().requiresUsage();
    }

    @Test
    void enforcingFilterIsAskedOnce() {
        FilterChain chain = compiler.compile(List.of(
                        spec("plain", FilterMode.ENFORCE),
                        spec("content", FilterMode.ENFORCE),
                        spec("wanting", FilterMode.ENFORCE)))
                .chain();
        for (int i = 0; i < 3; i++) {
            assertThat(chain.requiresUsage()).isTrue();
        }
        assertThat(asked).containsExactly("wanting");
    }

    @Test
    void filtersInShadowAreIgnored() {
        assertThat(required()).isFalse();
        assertThat(required(spec("plain", FilterMode.ENFORCE), spec("content", FilterMode.ENFORCE)))
                .isFalse();
        assertThat(required(spec("wanting", FilterMode.SHADOW))).isFalse();
        assertThat(required(spec("wanting", FilterMode.OFF))).isFalse();
    }

    @Test
    void filterWithAFailingRequirementIsRejected() {
        assertThatThrownBy(() -> required(spec("failing", FilterMode.ENFORCE)))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("as meant");
    }
}
