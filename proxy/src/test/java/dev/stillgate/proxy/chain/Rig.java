package dev.stillgate.proxy.chain;

import dev.stillgate.proxy.chain.FilterSpec.FilterMode;
import dev.stillgate.proxy.chain.FilterSpec.OnError;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.Usage;
import dev.stillgate.testkit.FakeConnection;
import dev.stillgate.testkit.FakeExchange;
import dev.stillgate.testkit.FakeHeaders;
import dev.stillgate.testkit.FakeTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;

/** Compiles chains of given filters and sends an exchange through them. */
final class Rig {
    /** A filter policy without keys. */
    record NoPolicy() {}

    static final Outcome SERVED = new Outcome.Served(200, Usage.NONE, 10, 1_000);
    final FakeTicker ticker = new FakeTicker();
    final FakeMeters meters = new FakeMeters();
    final ChainProgress progress = new ChainProgress();
    final FakeExchange exchange = new FakeExchange(ticker);
    final FakeConnection connection = new FakeConnection("192.0.2.1");
    final Head head = new Head();
    private final List<ChainLink> links = new ArrayList<>();

    Rig with(String name, FilterMode mode, OnError onError, Filter filter) {
        FilterSpec spec = new FilterSpec(name, "probe", mode, onError, new NoPolicy());
        links.add(new ChainLink(spec, filter, links.size(), meters, new StandingsBoard(), ticker));
        return this;
    }

    Rig with(String name, Filter filter) {
        return with(name, FilterMode.ENFORCE, OnError.OPEN, filter);
    }

    FilterChain chain() {
        return new FilterChain(
                links, new AdminPages(), new StateRegistry().slot(GeoRefusal.SLOT_LABEL, GeoRefusal.class));
    }

    /** Sends the exchange through all phases; returns the refusal, or null. */
    Refusal run(FilterChain chain) {
        Refusal refusal = chain.onRequest(exchange, progress);
        if (refusal == null) {
            refusal = chain.onBody(exchange, progress, BodyView.None.INSTANCE);
        }
        if (refusal == null) {
            chain.onResponse(exchange, progress, head);
            refusal = progress.refusal();
        }
        chain.onComplete(exchange, progress, SERVED);
        return refusal;
    }

    ForwardedTap respond(FilterChain chain) {
        return chain.onResponse(exchange, progress, head);
    }

    /** Returns a factory that creates filters with a function. */
    static FilterFactory<NoPolicy> factory(String type, BiFunction<NoPolicy, FilterContext, Filter> make) {
        return new FilterFactory<>() {
            @Override
            public String type() {
                return type;
            }

            @Override
            public Class<NoPolicy> policyType() {
                return NoPolicy.class;
            }

            @Override
            public Filter create(NoPolicy policy, FilterContext context) {
                return make.apply(policy, context);
            }
        };
    }

    /** A response head with status 200 that collects the added fields. */
    static final class Head implements ResponseHead {
        final List<Header> added = new ArrayList<>();

        @Override
        public int status() {
            return 200;
        }

        @Override
        public Headers headers() {
            return new FakeHeaders(List.of());
        }

        @Override
        public void add(Header header) {
            added.add(header);
        }
    }
}
