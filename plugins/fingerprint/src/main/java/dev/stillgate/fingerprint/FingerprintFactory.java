package dev.stillgate.fingerprint;

import dev.stillgate.fingerprint.capture.AllowList;
import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.capture.ObservationRecorder;
import dev.stillgate.fingerprint.signal.AnalysisSettings;
import dev.stillgate.fingerprint.signal.People;
import dev.stillgate.spi.Filter;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.FilterFactory;
import dev.stillgate.spi.PolicyReview;
import dev.stillgate.spi.StandingsPublisher;
import dev.stillgate.spi.Ticker;
import java.time.Duration;

/** Factory of {@code fingerprint} filters. */
public final class FingerprintFactory implements FilterFactory<FingerprintPolicy> {
    private static final Duration ANALYSIS_INTERVAL = Duration.ofMillis(500);

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
        AnalysisSettings settings = policy.settings();
        FingerprintState state = context.state(
                FingerprintState.class, () -> FingerprintState.open(context, policy.queueCapacity(), settings));
        Ticker ticker = context.ticker();
        StandingsPublisher publisher = context.publisher();
        state.publishRestored(publisher);
        BudgetGauges budgets = new BudgetGauges(context);
        context.background().every(ANALYSIS_INTERVAL, () -> {
            state.analyse(settings, ticker.millis(), publisher);
            budgets.update(state.figures().budgets());
        });
        AllowList allowed = new AllowList(policy.allowed(), context);
        new FingerprintAdmin(context, state, allowed).register();
        return new FingerprintFilter(
                state,
                new Enforcement(context.standings()),
                new ObservationRecorder(
                        context,
                        state.readQueue(),
                        state.readBudget(),
                        state::offer,
                        new FeatureHasher(context.secret("counted values")),
                        allowed,
                        settings.samples() > 0,
                        settings.has(People.NAME)),
                context);
    }

    @Override
    public void review(FingerprintPolicy policy, PolicyReview review) {
        if (!review.enforcesPools()) {
            review.warn(
                    "pool",
                    "no filter of this policy enforces the limits of pools, so the accounts of a confirmed cluster share no"
                            + " limits: add a token-bucket filter");
        }
    }
}
