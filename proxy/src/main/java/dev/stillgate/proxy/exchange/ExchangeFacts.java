package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.account.CredentialField;
import dev.stillgate.proxy.chain.ActivePolicy;
import dev.stillgate.proxy.chain.ChainProgress;
import dev.stillgate.proxy.config.Policy.Credential;
import dev.stillgate.proxy.dialect.ErrorBodies;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.observe.AccessLog;
import dev.stillgate.proxy.observe.AccessRecord;
import dev.stillgate.proxy.observe.GatewayMeters;
import dev.stillgate.proxy.observe.LastRefusals;
import dev.stillgate.proxy.observe.SpanSink;
import dev.stillgate.proxy.relay.UpstreamEndpoint;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.GeoRefusal;
import dev.stillgate.spi.Header;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Slots;
import dev.stillgate.spi.Verdict;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an exchange, as filters and the log see it: who asks for what, under which policy, since when. How it
 * proceeds is {@link LiveExchange}'s.
 */
public abstract class ExchangeFacts extends Deadlines.Watched implements Exchange {
    private static final String TRACEPARENT = "traceparent";

    final EventLoopContext lane;
    final Peer peer;
    final Http1Head head;
    final RequestId id;
    private final ActivePolicy.Pinned<ServingPolicy> pinned;
    private final long startNanos;
    private final long startMillis;
    private final InetAddress address;
    private @Nullable Target target;
    private @Nullable UpstreamEndpoint endpoint;
    private Account account = Account.ANONYMOUS;
    private final Slots slots = new Slots();
    private @Nullable String requestModel;
    private boolean stream;
    private int droppedFields;
    private boolean counted;

    ExchangeFacts(EventLoopContext lane, Peer peer, Http1Head head, ActivePolicy.Pinned<ServingPolicy> pinned) {
        this.lane = lane;
        this.peer = peer;
        this.head = head;
        this.pinned = pinned;
        this.id = RequestId.of(head, lane.nextNumber());
        this.startNanos = lane.ticker().nanos();
        this.startMillis = lane.ticker().millis();
        this.address = peer.forwardedFor().address(head);
        peer.asks(head);
    }

    Http1Head head() {
        return head;
    }

    /** Finds what the request line asks for. */
    void findTarget() throws BadMessage {
        target = pinned.policy().routes().match(head);
        if (target == null) {
            throw new BadMessage(Verdict.Kind.NOT_FOUND, "no-route", "There is nothing at this path.");
        }
    }

    Target target() {
        Target found = target;
        if (found == null) {
            throw new IllegalStateException("the target has not been found");
        }
        return found;
    }

    /** Notes the endpoint that the request goes to. */
    void chooseEndpoint(UpstreamEndpoint chosen) {
        endpoint = chosen;
    }

    /** Returns the endpoint that the request goes to, which is chosen when it is first asked for. */
    UpstreamEndpoint endpoint() {
        UpstreamEndpoint chosen = endpoint;
        if (chosen == null) {
            chosen = target().upstream().first(lane.now());
            endpoint = chosen;
        }
        return chosen;
    }

    /** Finds the account that the credential stands for, and whether it may have one more exchange. */
    void findCaller() throws BadMessage {
        if (lane.overload().isMemoryScarce()) {
            throw new BadMessage(Verdict.Kind.OVERLOADED, "overload", "The gateway is full; try again soon.");
        }
        ServingPolicy policy = pinned.policy();
        List<Credential> places = policy.credentials();
        int chosen = CredentialField.choose(head, places, peer.certificate());
        droppedFields = CredentialField.dropped(places, chosen);
        if (chosen >= 0) {
            account = CredentialField.resolve(head, places.get(chosen), peer.certificate(), peer.accounts());
        } else if (policy.accountsRequired()) {
            throw new BadMessage(Verdict.Kind.UNAUTHENTICATED, "no-credential", "An API key is required.");
        }
        lane.shared().open().begin(address, account);
        counted = true;
    }

    /** Returns the fields that are not passed on, a bit for each id of {@link KnownHeader}. */
    int droppedFields() {
        return droppedFields;
    }

    /**
     * Accepts a provisional credential by the status of the upstream's answer. Only a success proves it, and only where the
     * upstream had to check it: preflights, lists, opaque paths and errors are answered without a valid key as well.
     */
    void noteAnswered(int answerStatus) {
        if (account.trust() == Account.Trust.PROVISIONAL
                && answerStatus >= 200
                && answerStatus < 300
                && (operation().readsBody() || operation().carriesAnswers())) {
            lane.shared().accounts().accepted(account);
        }
    }

    void noteModel(@Nullable String model, boolean asStream) {
        requestModel = model;
        stream = asStream;
    }

    Header requestIdHeader() {
        return new Header(provider() == Provider.ANTHROPIC ? "request-id" : "x-request-id", requestId());
    }

    /** Puts a refusal into the provider's shape. */
    LocalReply replyTo(Verdict.Reject verdict) {
        List<Header> headers = new ArrayList<>(verdict.headers().size() + 3);
        headers.add(requestIdHeader());
        Duration wait = verdict.retryAfter();
        if (wait == null
                && (verdict.kind() == Verdict.Kind.OVERLOADED || verdict.kind() == Verdict.Kind.RATE_LIMITED)) {
            wait = Duration.ofSeconds(1);
        }
        if (wait != null) {
            long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
            headers.add(new Header("retry-after", Long.toString(seconds)));
        }
        headers.addAll(verdict.headers());
        Provider whose = provider();
        return new LocalReply(
                ErrorBodies.status(whose, verdict.kind()),
                headers,
                ErrorBodies.body(whose, verdict.kind(), verdict.message(), requestId()));
    }

    /**
     * Counts the outcome and writes it to the access log.
     *
     * @param relay the upstream's answer as it was passed on, null without one
     */
    void record(Outcome outcome, ChainProgress progress, long received, @Nullable AnswerRelay relay) {
        String responseModel = relay == null ? null : relay.model();
        long now = lane.ticker().nanos();
        long duration = now - startNanos;
        lane.meters().exchangeEnded(outcome, duration, operation(), responseModel, stream);
        lane.counts().count(account.id(), outcome, now);
        GeoRefusal geo = null;
        if (outcome instanceof Outcome.Rejected rejected) {
            geo = pinned.policy().chain().geoRefusal(this);
            lane.refusals().note(account, refusal(rejected, geo));
        } else if (progress.shadowFilter() != null) {
            geo = pinned.policy().chain().geoRefusal(this);
        }
        AccessLog.Writer log = lane.log();
        AccessLog.Writer decisions = lane.decisions();
        boolean decided = decisions != null
                && (outcome instanceof Outcome.Rejected || progress.shadowFilter() != null || progress.flagCount() > 0);
        String trace = trace();
        if (log == null && !decided && trace == null) {
            return;
        }
        AccessRecord line = line(outcome, progress, geo, duration, received, relay);
        if (log != null) {
            log.log(line, now);
        }
        if (decisions != null && decided) {
            decisions.log(line, now);
        }
        SpanSink spans = lane.spans();
        if (spans != null && trace != null) {
            spans.take(trace, line);
        }
    }

    /** Returns the caller's {@code traceparent} when this exchange is traced, else null. */
    private @Nullable String trace() {
        SpanSink spans = lane.spans();
        String parent = spans == null ? null : head.first(TRACEPARENT);
        return spans != null && spans.wants(parent) ? parent : null;
    }

    private LastRefusals.Refusal refusal(Outcome.Rejected rejected, @Nullable GeoRefusal geo) {
        return new LastRefusals.Refusal(
                startMillis, rejected.status(), rejected.filter(), rejected.code(), requestId(), geo);
    }

    private AccessRecord line(
            Outcome outcome,
            ChainProgress progress,
            @Nullable GeoRefusal geo,
            long duration,
            long received,
            @Nullable AnswerRelay relay) {
        Target found = target;
        return new AccessRecord(
                startMillis,
                duration,
                outcome.firstByteNanos(),
                requestId(),
                method(),
                path(),
                peer.http(),
                outcome.status(),
                GatewayMeters.name(outcome),
                GatewayMeters.code(outcome),
                outcome instanceof Outcome.Rejected rejected ? rejected.filter() : null,
                shadow(progress),
                flags(progress),
                geo,
                received,
                outcome.bytes(),
                address,
                account.id(),
                account.organisation(),
                lane.shared().standings().of(account),
                found == null ? null : found.upstream().name(),
                operationName(),
                requestModel,
                relay == null ? null : relay.model(),
                stream,
                relay != null && relay.isMarked(),
                relay == null ? 0 : relay.pace(),
                outcome.usage());
    }

    private String operationName() {
        return OPERATION_NAMES.getOrDefault(operation(), "");
    }

    private static final Map<Operation, String> OPERATION_NAMES = operationNames();

    private static Map<Operation, String> operationNames() {
        Map<Operation, String> names = new EnumMap<>(Operation.class);
        for (Operation operation : Operation.values()) {
            names.put(operation, operation.name().toLowerCase(Locale.ROOT));
        }
        return names;
    }

    private static @Nullable String shadow(ChainProgress progress) {
        return progress.shadowFilter() == null ? null : progress.shadowFilter() + ":" + progress.shadowCode();
    }

    private static @Nullable String flags(ChainProgress progress) {
        if (progress.flagCount() == 0) {
            return null;
        }
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < progress.flagCount(); i++) {
            all.append(i == 0 ? "" : ",")
                    .append(progress.flagFilter(i))
                    .append(':')
                    .append(progress.flagReason(i));
        }
        return all.toString();
    }

    /** Lets go of the policy, and of its place among the exchanges under way. */
    void unpin() {
        if (counted) {
            lane.shared().open().end(address, account);
        }
        pinned.release();
    }

    @Override
    public String requestId() {
        return id.toString();
    }

    @Override
    public Provider provider() {
        return Target.providerOf(target, head);
    }

    @Override
    public Operation operation() {
        return target == null ? Operation.OPAQUE : target.operation();
    }

    @Override
    public String method() {
        return target == null ? head.method() : target.method();
    }

    @Override
    public String path() {
        return target == null ? head.path() : target.path();
    }

    @Override
    public String query() {
        return head.query();
    }

    @Override
    public String route() {
        return target == null ? "" : target.route();
    }

    @Override
    public Headers headers() {
        return head;
    }

    @Override
    public Account account() {
        return account;
    }

    @Override
    public InetAddress address() {
        return address;
    }

    @Override
    public ConnectionFacts connection() {
        return peer;
    }

    @Override
    public long startNanos() {
        return startNanos;
    }

    @Override
    public long startMillis() {
        return startMillis;
    }

    @Override
    public <T> @Nullable T get(Slot<T> slot) {
        return slots.get(slot);
    }

    @Override
    public <T> void set(Slot<T> slot, @Nullable T value) {
        slots.set(slot, value);
    }
}
