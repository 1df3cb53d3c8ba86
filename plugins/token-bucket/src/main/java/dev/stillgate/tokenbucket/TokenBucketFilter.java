package dev.stillgate.tokenbucket;

import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyFilter;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Operation.Kind;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.RequestFilter;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Usage;
import dev.stillgate.spi.Verdict;
import dev.stillgate.tokenbucket.bucket.Buckets;
import dev.stillgate.tokenbucket.bucket.ClientNames;
import dev.stillgate.tokenbucket.bucket.DeferredCharges;
import dev.stillgate.tokenbucket.bucket.EndUsers;
import dev.stillgate.tokenbucket.bucket.Pools;
import dev.stillgate.tokenbucket.bucket.Reservation;
import dev.stillgate.tokenbucket.bucket.Reservation.ReservationPool;
import dev.stillgate.tokenbucket.bucket.Shortage;
import dev.stillgate.tokenbucket.bucket.TightestLimits;
import dev.stillgate.tokenbucket.charge.PromptCounter;
import dev.stillgate.tokenbucket.charge.Settlement;
import dev.stillgate.tokenbucket.charge.TokenMeters;
import dev.stillgate.tokenbucket.policy.PolicyLimits;
import dev.stillgate.tokenbucket.policy.PriceTable;
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
    private final ReservationPool reservations;
    private final PromptCounter counter;
    private final RateHeaders headers;
    private final Refusals refusals;
    private final DeferredCharges deferredCharges;
    private final TokenMeters meters;

    /** The ids of end users; null if no limit counts them. */
    private final @Nullable EndUsers endUsers;

    private final boolean usesRoute;
    private final boolean usesModel;
    private final boolean requiresUsage;

    /** The prices of models; null if no limit counts cost. */
    private final @Nullable PriceTable prices;

    TokenBucketFilter(TokenBucketPolicy policy, PolicyLimits limits, Buckets buckets, FilterContext context) {
        this.buckets = buckets;
        this.limits = limits;
        this.ticker = context.ticker();
        this.standings = context.standings();
        this.taken = context.slot("token-bucket " + context.name(), Reservation.class);
        this.reservations = buckets.reservations();
        this.counter = PromptCounter.of(policy.count());
        this.headers = new RateHeaders(policy.headers());
        this.refusals = new Refusals(headers, policy.verify());
        this.deferredCharges = buckets.deferredCharges();
        this.meters = new TokenMeters(policy, context);
        this.endUsers = limits.usesScope(Scope.END_USER)
                ? new EndUsers(context.secret("token-bucket end users"), policy.userHeader())
                : null;
        this.usesRoute = limits.usesScope(Scope.ROUTE);
        this.usesModel = limits.usesScope(Scope.MODEL);
        this.prices = policy.priceTable();
        this.requiresUsage = policy.requireUsage() == TokenBucketPolicy.RequireUsage.INJECT;
    }

    @Override
    public boolean requiresUsage() {
        return requiresUsage;
    }

    @Override
    public Verdict onRequest(Exchange exchange) {
        Reservation reservation = reserve(exchange);
        if (!exchange.operation().readsBody()) {
            if (exchange.operation().convertsInput()) {
                counter.addUpload(reservation);
                reservation.model = model(null);
                reservation.price = prices == null ? null : prices.of(null);
            } else if (exchange.operation().kind() == Kind.SESSION) {
                counter.addSession(exchange.queryModel(), reservation);
                reservation.model = model(reservation.modelName);
                reservation.price = prices == null ? null : prices.of(reservation.modelName);
            }
            return take(exchange, reservation);
        }
        Account account = exchange.account();
        boolean fits = buckets.fits(account, standing(account, reservation), exchange.address(), limits, reservation);
        Verdict verdict = fits ? Verdict.ALLOW : refuse(exchange, reservation);
        reservations.giveBack(reservation);
        return verdict;
    }

    @Override
    public Verdict onBody(Exchange exchange, BodyView body) {
        if (!exchange.operation().readsBody() || exchange.get(taken) != null) {
            return Verdict.ALLOW;
        }
        Reservation reservation = reserve(exchange);
        reservation.hasTokens = !exchange.operation().countsTokens();
        if (endUsers != null && reservation.endUser == null) {
            reservation.endUser = endUsers.ofBody(exchange.account(), body);
        }
        switch (body) {
            case BodyView.Chat chat -> counter.addPrompt(chat, reservation);
            case BodyView.Batch batch -> counter.addBatch(batch, reservation);
            case BodyView.Input input -> counter.addInput(exchange.operation(), input, reservation);
            case BodyView.Opaque opaque -> reservation.hasTokens = false;
            case BodyView.None none -> reservation.hasTokens = false;
        }
        if (reservation.hasTokens || reservation.modelName != null) {
            reservation.model = model(reservation.modelName);
        }
        PriceTable table = prices;
        if (table != null) {
            reservation.price = table.of(reservation.modelName);
        }
        return take(exchange, reservation);
    }

    private Reservation reserve(Exchange exchange) {
        Reservation reservation = reservations.take();
        reservation.requests = exchange.operation() == Operation.RESPONSES_SOCKET ? 0 : 1;
        reservation.route = route(exchange);
        reservation.claimed = exchange.isAccountClaimed();
        reservation.endUser = endUsers == null ? null : endUsers.ofHead(exchange);
        return reservation;
    }

    /**
     * Returns the standing of an account, and sets the pool of the reservation if it is pooled. A pooled account without
     * a group, as an operator may have ordered, has a pool of its own.
     */
    private Standing standing(Account account, Reservation reservation) {
        Standing standing = standings.of(account);
        if (standing == Standing.POOLED) {
            String group = standings.group(account);
            reservation.pool = group == null ? Pools.OF_ACCOUNT + account.id() : group;
        }
        return standing;
    }

    private int route(Exchange exchange) {
        return usesRoute ? buckets.routes().learn(exchange.route()) : ClientNames.OTHER;
    }

    private int model(@Nullable String name) {
        return usesModel ? buckets.models().number(name) : ClientNames.OTHER;
    }

    private Verdict take(Exchange exchange, Reservation reservation) {
        Account account = exchange.account();
        if (buckets.take(account, standing(account, reservation), exchange.address(), limits, reservation)) {
            meters.allowed(reservation);
            exchange.set(taken, reservation);
            return Verdict.ALLOW;
        }
        Verdict verdict = refuse(exchange, reservation);
        reservations.giveBack(reservation);
        return verdict;
    }

    private Verdict refuse(Exchange exchange, Reservation reservation) {
        Shortage shortage = reservation.shortage();
        if (shortage == null) {
            throw new IllegalStateException("refusal without a shortage");
        }
        meters.refused(shortage.limit(), reservation);
        return refusals.of(exchange, reservation, shortage, ticker.millis());
    }

    @Override
    public ResponseTap onResponse(Exchange exchange, ResponseHead head) {
        Reservation reservation = exchange.get(taken);
        if (reservation != null) {
            String coding = head.headers().first("content-encoding");
            reservation.encoded = coding != null && !coding.equalsIgnoreCase("identity");
        }
        if (reservation != null && !headers.isOff() && !RateHeaders.hasRateLimitFields(head.headers())) {
            TightestLimits tightest = reservation.tightestLimits();
            buckets.read(reservation, tightest);
            headers.add(exchange.provider(), tightest, ticker.millis(), head::add);
        }
        return ResponseTap.NONE;
    }

    /** Charges a part of a session, leaving a debt if necessary, and refuses the session if no tokens are left. */
    @Override
    public Verdict onUsage(Exchange exchange, Usage usage) {
        Reservation session = exchange.get(taken);
        if (session == null) {
            return Verdict.ALLOW;
        }
        Reservation part = reserve(exchange);
        part.part = true;
        part.endUser = session.endUser;
        part.hasTokens = true;
        part.modelName = session.modelName;
        part.price = session.price;
        // Without regard to this policy: a reload may have given the buckets limits by model or route.
        part.model = part.modelName != null ? buckets.models().learn(part.modelName) : ClientNames.OTHER;
        part.route = buckets.routes().learn(exchange.route());
        Settlement.settlePart(part, exchange.provider(), usage);
        Account account = exchange.account();
        buckets.correct(account, standing(account, part), exchange.address(), limits, part);
        meters.settled(part, usage);
        boolean fits = buckets.fits(account, standing(account, part), exchange.address(), limits, part);
        Verdict verdict = fits ? Verdict.ALLOW : refuse(exchange, part);
        reservations.giveBack(part);
        return verdict;
    }

    @Override
    public void onComplete(Exchange exchange, Outcome outcome) {
        Reservation reservation = exchange.get(taken);
        if (reservation == null) {
            return;
        }
        exchange.set(taken, null);
        Settlement.settle(reservation, exchange.provider(), outcome);
        learn(exchange, reservation, outcome);
        meters.settled(reservation, outcome.usage());
        reservation.disowned = Settlement.isFailedClaim(reservation, outcome);
        reservation.unaccepted = Settlement.isUnaccepted(reservation, outcome);
        buckets.settle(reservation);
        if (reservation.claimed && outcome.status() >= 200 && outcome.status() < 300) {
            buckets.provenClaims().add(exchange.account(), exchange.address());
        }
        buckets.report(exchange.account(), reservation);
        if (reservation.disowned) {
            reservation.disowned = false;
            reservation.costsReserve = false;
            reservation.setCost(reservation.requests, 0, 0);
            buckets.chargeFailedClaim(exchange.account(), exchange.address(), limits, reservation);
        }
        if (outcome.status() >= 200 && outcome.status() < 300) {
            chargeFetched(exchange, reservation, outcome);
        }
        reservations.giveBack(reservation);
    }

    /**
     * Gives a model that the upstream has served its own buckets, and registers a background response for later
     * settlement.
     */
    private void learn(Exchange exchange, Reservation reservation, Outcome outcome) {
        if (outcome.status() >= 300) {
            return;
        }
        String model = reservation.modelName;
        boolean served = outcome instanceof Outcome.Served
                && !reservation.batch; // a batch is accepted before its models are checked
        if (usesModel && model != null && reservation.model == ClientNames.OTHER && served) {
            buckets.models().learn(model);
        }
        String responseId = exchange.answerId();
        if (reservation.background && responseId != null) {
            if (reservation.costsReserve) {
                long delivered = outcome.usage().output();
                deferredCharges.addBackground(responseId, exchange.account(), reservation, delivered);
            } else {
                deferredCharges.addSettled(responseId, exchange.account(), reservation);
            }
        }
    }

    private void chargeFetched(Exchange exchange, Reservation reservation, Outcome outcome) {
        switch (exchange.operation().kind()) {
            case RESULTS, FILE, DEFERRED -> {
                reservation.reset();
                reservation.route = route(exchange);
                Account account = deferredCharges.correct(
                        exchange,
                        outcome,
                        Settlement.input(reservation, exchange.provider(), outcome.usage()),
                        prices,
                        reservation);
                if (account != null) {
                    reservation.batch = exchange.operation().kind() != Kind.DEFERRED;
                    reservation.model = model(reservation.modelName);
                    Standing standing = standing(account, reservation);
                    buckets.correct(account, standing, exchange.address(), limits, reservation);
                    reservation.clearOwners();
                }
            }
            case JOB -> deferredCharges.addResultFiles(exchange.deferredResponse());
            default -> {}
        }
    }
}
