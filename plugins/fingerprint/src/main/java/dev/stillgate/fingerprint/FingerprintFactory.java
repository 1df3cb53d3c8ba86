package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.analysis.Settings;
import dev.stillgate.spi.AdminView;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Ticker;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Makes {@code fingerprint} filters. */
public final class FingerprintFactory implements FilterFactory<FingerprintPolicy> {
    private static final Duration ANALYSED = Duration.ofMillis(500);

    @Override
    public String type() {
        return "fingerprint";
    }

    @Override
    public Class<FingerprintPolicy> policyType() {
        return FingerprintPolicy.class;
    }

    @Override
    public Filter create(FingerprintPolicy policy, FilterContext context) {
        Settings settings = policy.settings();
        Behaviour behaviour =
                context.state(Behaviour.class, () -> Behaviour.open(context, policy.ringSize(), settings));
        Ticker ticker = context.ticker();
        StandingsPublisher publisher = context.publisher();
        context.background().every(ANALYSED, () -> behaviour.analyse(settings, ticker.millis(), publisher));
        context.gauge("stillgate.fingerprint.ring", () -> behaviour.ring().size());
        context.gauge(
                "stillgate.fingerprint.ring.dropped", () -> behaviour.ring().dropped());
        context.gauge("stillgate.fingerprint.evicted", behaviour::evicted);
        context.gauge("stillgate.fingerprint.unkept", behaviour::unkept);
        context.adminView("accounts", id -> behaviour.ask(reports -> reports.account(id)));
        context.adminView("clusters", new AdminView() {
            @Override
            public @Nullable Object of(String id) {
                return null;
            }

            @Override
            public Object all() {
                return behaviour.ask(reports -> reports.clusters());
            }
        });
        return new FingerprintFilter(
                behaviour,
                new Enforcement(context.standings(), ticker, behaviour, policy.bytesPerSecond()),
                new Observer(context, new Keys(context.secret("counted values"))),
                context);
    }
}
