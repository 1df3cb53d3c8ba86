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
 * The request half of an exchange: request head, target, account, endpoint, pinned policy and start time. It implements
 * the {@link Exchange} view of the filters and writes the access log record. The response half is
 * {@link AnsweredExchange}; the control flow is in {@link LiveExchange}.
 */
public abstract class ExchangeFacts extends Deadlines.Watched implements Exchange {
    private static final String TRACEPARENT = "traceparent";

    final EventLoopContext context;
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

    ExchangeFacts(EventLoopContext context, Peer peer, Http1Head head, ActivePolicy.Pinned<ServingPolicy> pinned) {
        this.context = context;
        this.peer = peer;
        this.head = head;
        this.pinned = pinned;
        this.id = RequestId.of(head, context.nextNumber());
        this.startNanos = context.ticker().nanos();
        this.startMillis = context.ticker().millis();
        this.address = peer.forwardedFor().address(head);
        peer.noteRequest(head);
    }

    Http1Head head() {
        return head;
    }

    /** Matches the request line with the policy's routes. */
    void findTarget() throws BadMessage {
        target = pinned.policy().routes().match(head);
        if (target == null) {
            throw new BadMessage(Verdict.Kind.NOT_FOUND, "no-route", "There is nothing at this path.");
        }
    }

    Target target() {
        Target found = target;
        if (found == null) {
            throw new IllegalStateException("the target has not been determined");
        }
        return found;
    }

    /** Sets the endpoint of the current attempt. */
    void chooseEndpoint(UpstreamEndpoint chosen) {
        endpoint = chosen;
    }

    /** Returns the endpoint of the current attempt. The first call chooses one. */
    UpstreamEndpoint endpoint() {
        UpstreamEndpoint chosen = endpoint;
        if (chosen == null) {
            chosen = target().upstream().first(context.now());
            endpoint = chosen;
        }
        return chosen;
    }

    /** Determines the account by the request's credential, and counts the exchange for the account and its address. */
    void findAccount() throws BadMessage {
        if (context.overload().isMemoryScarce()) {
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
        context.shared().open().begin(address, account);
        counted = true;
    }

    /** Returns the header fields that are not forwarded, as a bit set of {@link KnownHeader} ids. */
    int droppedFields() {
        return droppedFields;
    }

    /**
     * Marks a provisional account as accepted if the response proves that the upstream has accepted its credential.
     * Only a success on an operation that needs a valid key does. Preflights, lists, opaque paths and errors prove
     * nothing.
     */
    void noteAnswered(int answerStatus) {
        if (account.trust() == Account.Trust.PROVISIONAL
                && answerStatus >= 200
                && answerStatus < 300
                && (operation().readsBody() || operation().carriesAnswers())) {
            context.shared().accounts().accepted(account);
        }
    }

    void noteModel(@Nullable String model, boolean asStream) {
        requestModel = model;
        stream = asStream;
    }

    Header requestIdHeader() {
        return new Header(provider() == Provider.ANTHROPIC ? "request-id" : "x-request-id", requestId());
    }

    /** Formats a refusal as an error response of the provider's API. */
    LocalReply replyTo(Verdict.Reject verdict) {
        List<Header> headers = new ArrayList<>(verdict.headers().size() + 4);
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
        if (verdict.kind() == Verdict.Kind.UNVERIFIED) {
            headers.add(ErrorBodies.UNVERIFIED_FIELD);
        }
        headers.addAll(verdict.headers());
        return new LocalReply(
                ErrorBodies.status(verdict.kind()),
                headers,
                ErrorBodies.body(provider(), verdict.kind(), verdict.message(), requestId()));
    }

    /**
     * Counts the outcome, writes the access log and exports a span if the exchange is traced.
     *
     * @param received the number of bytes of the request body
     * @param relay the relay of the upstream's response; null if there was none
     */
    void record(Outcome outcome, ChainProgress progress, long received, @Nullable AnswerRelay relay) {
        String responseModel = relay == null ? null : relay.model();
        long now = context.ticker().nanos();
        long duration = now - startNanos;
        context.meters().exchangeEnded(outcome, duration, operation(), responseModel, stream);
        context.counts().count(account.id(), outcome, now);
        GeoRefusal geo = null;
        if (outcome instanceof Outcome.Rejected rejected) {
            geo = pinned.policy().chain().geoRefusal(this);
            context.refusals().note(account, refusal(rejected, geo));
        } else if (progress.shadowFilter() != null) {
            geo = pinned.policy().chain().geoRefusal(this);
        }
        AccessLog.Writer log = context.log();
        AccessLog.Writer decisions = context.decisions();
        boolean decided = decisions != null
                && (outcome instanceof Outcome.Rejected || progress.shadowFilter() != null || progress.flagCount() > 0);
        String trace = trace();
        if (log == null && !decided && trace == null) {
            return;
        }
        AccessRecord entry = accessRecord(outcome, progress, geo, duration, received, relay);
        if (log != null) {
            log.log(entry, now);
        }
        if (decisions != null && decided) {
            decisions.log(entry, now);
        }
        SpanSink spans = context.spans();
        if (spans != null && trace != null) {
            spans.take(trace, entry);
        }
    }

    /** Returns the client's {@code traceparent} if this exchange is traced, else null. */
    private @Nullable String trace() {
        SpanSink spans = context.spans();
        String parent = spans == null ? null : head.first(TRACEPARENT);
        return spans != null && spans.wants(parent) ? parent : null;
    }

    private LastRefusals.Refusal refusal(Outcome.Rejected rejected, @Nullable GeoRefusal geo) {
        return new LastRefusals.Refusal(
                startMillis, rejected.status(), rejected.filter(), rejected.code(), requestId(), geo);
    }

    private AccessRecord accessRecord(
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
                context.shared().standings().of(account),
                found == null ? null : found.upstream().name(),
                operationName(),
                requestModel,
                relay == null ? null : relay.model(),
                stream,
                relay != null && relay.isMarked(),
                outcome.usage(),
                pinned.policy().generation(),
                pinned.policy().sha256());
    }

    /** Returns the policy that this exchange runs under. */
    ServingPolicy policy() {
        return pinned.policy();
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

    /** Releases the policy and ends the counting of the exchange for its account and address. */
    void unpin() {
        if (counted) {
            context.shared().open().end(address, account);
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
