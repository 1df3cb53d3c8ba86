package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.analysis.Settings;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Ticker;
import java.time.Duration;

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
        AllowList allowed = new AllowList(policy.allowed(), context);
        new Admin(context, behaviour, allowed).open();
        return new FingerprintFilter(
                behaviour,
                new Enforcement(context.standings(), ticker, behaviour, new Paces(policy.charactersPerSecond())),
                new Observer(
                        context,
                        behaviour,
                        new Keys(context.secret("counted values")),
                        allowed,
                        settings.samples() > 0),
                context);
    }
}
