package dev.stillgate.proxy.exchange;

import dev.stillgate.proxy.account.CredentialField;
import dev.stillgate.proxy.config.Policy.Credential;
import dev.stillgate.proxy.dialect.Dialects;
import dev.stillgate.proxy.dialect.request.BodyEdit;
import dev.stillgate.proxy.dialect.request.CloudCall;
import dev.stillgate.proxy.dialect.request.CloudCall.Cloud;
import dev.stillgate.proxy.http.BadMessage;
import dev.stillgate.proxy.http.Http1Head;
import dev.stillgate.proxy.http.KnownHeader;
import dev.stillgate.proxy.json.MalformedBody;
import dev.stillgate.proxy.observe.AccessRecord.SessionFigures;
import dev.stillgate.proxy.relay.UpstreamGroup;
import dev.stillgate.spi.Access;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.ConnectionFacts;
import dev.stillgate.spi.DeferredResponse;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.Headers;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ProviderVerdict;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Slots;
import dev.stillgate.spi.Verdict;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The facts of an exchange: request head, target, account, pinned policy, start time. It is the {@link Exchange}
 * that filters see, and keeps their slots. Not thread-safe: runs on the exchange's event loop.
 */
final class ExchangeFacts implements Exchange {
    private final EventLoopContext context;
    private final Peer peer;
    private final Http1Head head;
    private final RequestId id;
    private final ServingPolicy policy;
    private final long startNanos;
    private final long startMillis;
    private final InetAddress address;
    private @Nullable Target target;
    private Account account = Account.ANONYMOUS;
    private final Slots slots = new Slots();
    private @Nullable String requestModel;
    private boolean stream;
    private boolean usageInjected;
    private @Nullable ResponseRelay relay;
    private int droppedFields;
    private boolean counted;
    private boolean claimed;

    ExchangeFacts(EventLoopContext context, Peer peer, Http1Head head, ServingPolicy policy) {
        this.context = context;
        this.peer = peer;
        this.head = head;
        this.policy = policy;
        this.id = RequestId.of(head, context.nextNumber());
        this.startNanos = context.ticker().nanos();
        this.startMillis = context.ticker().millis();
        this.address = peer.forwardedFor().address(head);
        peer.noteRequest(head);
    }

    Http1Head head() {
        return head;
    }

    Peer peer() {
        return peer;
    }

    RequestId id() {
        return id;
    }

    /** Matches the request line with the policy's routes. A refused one is logged with its account. */
    void findTarget() throws BadMessage {
        try {
            Target found = policy.routes().match(head);
            target = found;
            if (found == null) {
                throw UpgradeField.isWebSocket(head) && policy.routes().find("POST", head.path()) != null
                        ? UpgradeField.required()
                        : new BadMessage(Verdict.Kind.NOT_FOUND, "no-route", "There is nothing at this path.");
            }
            found.checkQuery(head);
        } catch (BadMessage refused) {
            identify();
            throw refused;
        }
    }

    /** Determines the account of a refused request: anonymous if its credential is refused too, or is only a claim. */
    private void identify() {
        try {
            resolve(CredentialField.choose(head, policy.credentials(), peer.certificate()));
            account = claimed ? Account.ANONYMOUS : account;
        } catch (BadMessage alsoRefused) {
            account = Account.ANONYMOUS;
        }
    }

    private void resolve(int chosen) throws BadMessage {
        if (chosen >= 0) {
            Credential place = policy.credentials().get(chosen);
            claimed = CredentialField.isClaim(head, place);
            account = place == Credential.JWT
                    ? Callers.of(head, policy.jwt(), peer.sender(), address, startMillis)
                    : CredentialField.resolve(head, place, peer.certificate(), peer.accounts());
        }
    }

    Target target() {
        Target found = target;
        if (found == null) {
            throw new IllegalStateException("the target has not been determined");
        }
        return found;
    }

    /** Returns the cloud whose API was called, also by a path that is not known; null for a provider's own API. */
    @Nullable
    Cloud cloud() {
        CloudCall call = target == null ? null : target.cloud();
        if (call != null) {
            return call.cloud();
        }
        return target == null || target.provider() == null ? Dialects.likelyCloud(path()) : null;
    }

    /**
     * Returns the call of a cloud's API; null for other paths.
     *
     * @param decoded whether a content coding of the body was removed
     * @throws MalformedBody if the body would be forwarded in another form than the caller has signed
     */
    @Nullable
    CloudCall cloudCall(boolean decoded) throws MalformedBody {
        CloudCall call = target().cloud();
        if (decoded && call != null && call.isSigned()) {
            throw new MalformedBody(
                    Verdict.Kind.UNSUPPORTED_CODING, "coding-unsupported", "send the body without a coding", -1);
        }
        return call;
    }

    /** Returns whether the upstream gets the client's Host field, which it gets only with a signature of AWS. */
    boolean keepsHost() {
        return target().rule().keepsHost()
                && head.has(KnownHeader.HOST)
                && (droppedFields & 1 << KnownHeader.AUTHORIZATION) == 0
                && CredentialField.isSigned(head);
    }

    /** Determines the account by the request's credential, and counts the exchange for the account and its address. */
    void findAccount() throws BadMessage {
        if (context.overload().isMemoryScarce()) {
            throw new BadMessage(Verdict.Kind.OVERLOADED, "overload", "The gateway is full; try again soon.");
        }
        List<Credential> places = policy.credentials();
        int chosen = CredentialField.choose(head, places, peer.certificate());
        target().checkKeys(head, places, chosen);
        droppedFields = CredentialField.dropped(places, chosen, policy.forwardsTokens());
        resolve(chosen);
        AccessCheck.request(account, address, startMillis, target(), head);
        if (chosen < 0 && policy.accountsRequired()) {
            throw new BadMessage(Verdict.Kind.UNAUTHENTICATED, "no-credential", "An API key is required.");
        }
        context.shared().open().begin(address, counting());
        counted = true;
    }

    /** Returns the header fields that are not forwarded, as a bit set of {@link KnownHeader} ids. */
    int droppedFields() {
        return droppedFields;
    }

    /** Returns the names of further header fields that are neither forwarded nor recorded, in lower case. */
    List<String> droppedNames() {
        List<String> names = target == null ? List.of() : target.rule().droppedFields();
        if (operation().kind() == Operation.Kind.SESSION) {
            names = new ArrayList<>(names);
            names.add(UpgradeField.EXTENSIONS);
        }
        return names;
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
                && (operation().readsBody()
                        || operation().carriesResponses()
                        || operation().convertsInput())) {
            context.shared().accounts().accepted(account);
        }
    }

    /**
     * Records the model of a session, which the query names.
     *
     * @throws BadMessage if the account may not use it
     */
    void noteSession() throws BadMessage {
        requestModel = queryModel();
        AccessCheck.session(account, requestModel);
    }

    /** Returns the restrictions by which the response must be filtered; null for none. */
    @Nullable
    Access filtered() {
        return AccessCheck.filtered(account, target);
    }

    /** Returns whether the response is read, so that it must be complete and without a content coding. */
    boolean readsResponse() {
        return operation() != Operation.OPAQUE || filtered() != null;
    }

    /** Marks a provisional account as accepted, also for this session: the upstream has reported usage in it. */
    void noteUsed() {
        if (account.trust() == Account.Trust.PROVISIONAL) {
            context.shared().accounts().accepted(account);
            Account accepted = context.shared().accounts().findAccepted(account.id());
            account = accepted == null ? account : accepted;
        }
    }

    /** Returns the figures of a session; null for other exchanges. */
    @Nullable
    SessionFigures session() {
        return relay == null ? null : relay.session();
    }

    /**
     * Records model and streaming of a request whose body has been read; the model of a prompt chooses the upstream.
     *
     * @throws BadMessage if the account may not use a model that it names
     */
    void noteBody(BodyView body) throws BadMessage {
        switch (body) {
            case BodyView.Chat chat -> {
                requestModel = chat.model();
                stream = chat.stream();
                target = target().forPrompt(chat, account.id());
            }
            case BodyView.Input input -> {
                requestModel = input.model();
                stream = input.stream();
            }
            case BodyView.Batch batch -> {}
            case BodyView.Opaque opaque -> {}
            case BodyView.None none -> {}
        }
        AccessCheck.body(account, body);
    }

    /** Makes the fallback of the present upstream the upstream, with no fallback of its own, and counts that. */
    void fallBack(UpstreamGroup fallback, String reason) {
        target().upstream().countFallback(reason);
        target = target().toward(Destination.of(fallback));
    }

    /**
     * Returns the edit of a prompt that requests usage in the response, and notes it; null if no filter needs usage or
     * the client requests it.
     */
    @Nullable
    BodyEdit usageEdit(BodyView view) {
        BodyEdit edit = policy.chain().requiresUsage() ? context.reader().usageEdit(view) : null;
        if (edit != null) {
            usageInjected = true;
            context.meters().usageInjected();
        }
        return edit;
    }

    /** Returns whether only the gateway requested the usage of the response. */
    boolean isUsageInjected() {
        return usageInjected;
    }

    /** Sets the relay of the upstream's response; null when there is none any more. */
    void setRelay(@Nullable ResponseRelay current) {
        relay = current;
    }

    /** Returns the policy that this exchange runs under. */
    ServingPolicy policy() {
        return policy;
    }

    /** Ends the counting of the exchange for its account and address. */
    void uncount() {
        if (counted) {
            context.shared().open().end(address, counting());
        }
    }

    /** Returns the account that holds the place of this exchange; none for a claim, which may be another one's. */
    private Account counting() {
        return claimed ? Account.ANONYMOUS : account;
    }

    @Override
    public String requestId() {
        return id.toString();
    }

    @Override
    public Provider provider() {
        return Target.providerOf(target, path(), head);
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
    public boolean isAccountClaimed() {
        return claimed;
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

    @Override
    public @Nullable String answerId() {
        return relay == null ? null : relay.answerId();
    }

    @Override
    public DeferredResponse deferredResponse() {
        return relay == null ? DeferredResponse.NONE : relay.deferred();
    }

    @Override
    public ResponseFacts responseFacts() {
        return relay == null ? ResponseFacts.NONE : relay.facts();
    }

    @Override
    public boolean isMarked() {
        return relay != null && relay.isMarked();
    }

    @Override
    public ProviderVerdict providerVerdict() {
        return relay == null ? ProviderVerdict.NONE : relay.verdict();
    }

    /** Returns why the response ended, as the provider says it, or null. */
    @Nullable
    String finishReason() {
        return relay == null ? null : relay.finishReason();
    }

    /** Returns the model that the response names, or null. */
    @Nullable
    String responseModel() {
        return relay == null ? null : relay.model();
    }

    /** Returns the model that the request names, or null. */
    @Nullable
    String requestModel() {
        return requestModel;
    }

    /** Returns whether the request asks for an event stream. */
    boolean isStream() {
        return stream;
    }

    /** Returns the name of the upstream that receives the request; null before a route is found. */
    @Nullable
    String upstreamName() {
        return target == null ? null : target.upstreamName();
    }
}
