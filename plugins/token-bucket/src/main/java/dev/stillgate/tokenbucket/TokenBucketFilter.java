package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyFilter;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Verdict;
import dev.stillgate.tokenbucket.bucket.Buckets;
import dev.stillgate.tokenbucket.bucket.Reservation;
import dev.stillgate.tokenbucket.bucket.ReservationPool;
import dev.stillgate.tokenbucket.bucket.DeferredCharges;
import dev.stillgate.tokenbucket.bucket.NameIndex;
import dev.stillgate.tokenbucket.bucket.Shortage;
import dev.stillgate.tokenbucket.bucket.TightestLimits;
import dev.stillgate.tokenbucket.charge.PromptCounter;
import dev.stillgate.tokenbucket.charge.Settlement;
import dev.stillgate.tokenbucket.charge.TokenMeters;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.Scope;
import dev.stillgate.tokenbucket.policy.TokenBucketPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Rate limiting by token buckets. The estimated amounts of a request are taken before it is forwarded; at its end they
 * are replaced by its actual cost.
 *
 * <p>Before its prompt is read, a request only has to fit. All amounts are taken in one step when the prompt is known.
 * A request whose body is not read is charged as soon as its account is known.
 */
public final class TokenBucketFilter implements RequestFilter, BodyFilter, ResponseFilter, CompletionFilter {
    private final Buckets buckets;
    private final PolicyLimits limits;
    private final Ticker ticker;
    private final Standings standings;
    private final Slot<Reservation> taken;
    private final ReservationPool demands;
    private final PromptCounter counter;
    private final RateHeaders headers;
    private final Refusals refusals;
    private final DeferredCharges later;
    private final TokenMeters meters;
    private final boolean byRoute;
    private final boolean byModel;
    private final boolean requiresUsage;

    TokenBucketFilter(TokenBucketPolicy policy, PolicyLimits limits, Buckets buckets, FilterContext context) {
        this.buckets = buckets;
        this.limits = limits;
        this.ticker = context.ticker();
        this.standings = context.standings();
        this.taken = context.slot("token-bucket " + context.name(), Reservation.class);
        this.demands = buckets.demands();
        this.counter = PromptCounter.of(policy.count());
        this.headers = new RateHeaders(policy.headers());
        this.refusals = new Refusals(headers);
        this.later = buckets.later();
        this.meters = new TokenMeters(policy, context);
        this.byRoute = limits.tellsApart(Scope.ROUTE);
        this.byModel = limits.tellsApart(Scope.MODEL);
        this.requiresUsage = policy.requireUsage() == TokenBucketPolicy.RequireUsage.INJECT;
    }

    @Override
    public boolean requiresUsage() {
        return requiresUsage;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        Reservation demand = demands.take();
        demand.route = route(exchange);
        if (!exchange.operation().readsBody()) {
            return take(exchange, demand);
        }
        boolean fits =
                buckets.fits(exchange.account(), standings.of(exchange.account()), exchange.address(), limits, demand);
        Verdict verdict = fits ? Verdict.ALLOW : refuse(exchange, demand);
        demands.giveBack(demand);
        return verdict;
    }

    @Override
    public Verdict onBody(Exchange exchange, BodyView body) {
        if (!exchange.operation().readsBody() || exchange.get(taken) != null) {
            return Verdict.ALLOW;
        }
        Reservation demand = demands.take();
        demand.route = route(exchange);
        demand.tokens = exchange.operation() != Operation.COUNT_TOKENS;
        switch (body) {
            case BodyView.Chat chat -> counter.prompt(chat, demand);
            case BodyView.Batch batch -> counter.batch(batch, demand);
            case BodyView.Opaque opaque -> demand.tokens = false;
            case BodyView.None none -> demand.tokens = false;
        }
        if (demand.tokens || demand.modelName != null) {
            demand.model = model(demand.modelName);
        }
        return take(exchange, demand);
    }

    private int route(Exchange exchange) {
        return byRoute ? buckets.routes().learn(exchange.route()) : NameIndex.OTHER;
    }

    private int model(@Nullable String name) {
        return byModel ? buckets.models().number(name) : NameIndex.OTHER;
    }

    private Verdict take(Exchange exchange, Reservation demand) {
        Account account = exchange.account();
        if (buckets.take(account, standings.of(account), exchange.address(), limits, demand)) {
            meters.allowed(demand);
            exchange.set(taken, demand);
            return Verdict.ALLOW;
        }
        Verdict verdict = refuse(exchange, demand);
        demands.giveBack(demand);
        return verdict;
    }

    private Verdict refuse(Exchange exchange, Reservation demand) {
        Shortage shortage = demand.shortage();
        if (shortage == null) {
            throw new IllegalStateException("a refusal without a reason");
        }
        meters.refused(shortage.limit(), demand);
        return refusals.of(exchange, demand, shortage, ticker.millis());
    }

    @Override
    public ResponseTap onResponse(Exchange exchange, ResponseHead head) {
        Reservation demand = exchange.get(taken);
        if (demand != null) {
            String coding = head.headers().first("content-encoding");
            demand.encoded = coding != null && !coding.equalsIgnoreCase("identity");
        }
        if (demand != null && !headers.isOff() && !RateHeaders.told(head.headers())) {
            TightestLimits readings = demand.readings();
            buckets.read(demand, readings);
            headers.add(exchange.provider(), readings, ticker.millis(), head::add);
        }
        return ResponseTap.NONE;
    }

    @Override
    public void onComplete(Exchange exchange, Outcome outcome) {
        Reservation demand = exchange.get(taken);
        if (demand == null) {
            return;
        }
        exchange.set(taken, null);
        Settlement.settle(demand, exchange.provider(), outcome);
        learn(exchange, demand, outcome);
        meters.settled(demand, outcome.usage());
        buckets.settle(demand);
        if (outcome.status() >= 200 && outcome.status() < 300) {
            chargeFetched(exchange, demand, outcome);
        }
        demands.giveBack(demand);
    }

    /**
     * Gives a model that the upstream has served its own buckets, and registers a background response for later
     * settlement.
     */
    private void learn(Exchange exchange, Reservation demand, Outcome outcome) {
        if (outcome.status() >= 300) {
            return;
        }
        String model = demand.modelName;
        boolean served = outcome instanceof Outcome.Served && !demand.batch; // a batch is accepted before its models are checked
        if (byModel && model != null && demand.model == NameIndex.OTHER && served) {
            buckets.models().learn(model);
        }
        String answer = exchange.answerId();
        if (demand.costsReserve && demand.background && answer != null) {
            later.expect(answer, exchange.account(), demand);
        }
    }

    private void chargeFetched(Exchange exchange, Reservation demand, Outcome outcome) {
        switch (exchange.operation()) {
            case MESSAGE_BATCH_RESULTS, FILE_CONTENT, STORED_RESPONSE -> {
                demand.reset();
                demand.route = route(exchange);
                Account account = later.correct(
                        exchange.operation(),
                        exchange.path(),
                        exchange.account(),
                        outcome.usage(),
                        Settlement.input(demand, exchange.provider(), outcome.usage()),
                        demand);
                if (account != null) {
                    demand.batch = exchange.operation() != Operation.STORED_RESPONSE;
                    demand.model = model(demand.modelName);
                    buckets.correct(account, standings.of(account), exchange.address(), limits, demand);
                    demand.clearOwners();
                }
            }
            default -> {}
        }
    }
}
