package dev.stillgate.fingerprint.capture;

import dev.stillgate.fingerprint.text.PromptFeatures;
import dev.stillgate.fingerprint.text.PromptReader;
import dev.stillgate.fingerprint.text.RandomIds;
import dev.stillgate.fingerprint.text.UnreadPrompt;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Background;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.ContextHashes;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ResponseFacts;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.Ticker;
import java.util.Arrays;
import java.util.function.Consumer;

/** Creates the observations of an exchange, on the event loop of the exchange. */
public final class ObservationRecorder {
    /** Number of prompts of a batch that are observed, spread evenly over it. */
    private static final int BATCH_SAMPLE = 16;

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final Observation[] NOTHING = {};

    private final AllowList allowed;
    private final Standings standings;
    private final boolean samples;
    private final boolean people;
    private final Slot<GeoFacts> geo;
    private final Slot<ClientFingerprint> clients;
    private final ContextHashes hashes;
    private final Ticker ticker;
    private final FeatureHasher hasher;
    private final Background background;
    private final ReadQueue readQueue;
    private final ReadBudget readBudget;
    private final Consumer<Observation> output;

    /**
     * Creates a recorder.
     *
     * @param readQueue limit on the text that waits to be read; survives policy reloads
     * @param readBudget limit on the text that is read of each account; survives policy reloads
     * @param output receives each complete observation
     * @param samples whether texts of accounts at {@code marked} or above are sampled
     * @param people whether the people whom requests name are recorded
     */
    public ObservationRecorder(
            FilterContext context,
            ReadQueue readQueue,
            ReadBudget readBudget,
            Consumer<Observation> output,
            FeatureHasher hasher,
            AllowList allowed,
            boolean samples,
            boolean people) {
        this.allowed = allowed;
        this.samples = samples;
        this.people = people;
        this.standings = context.standings();
        this.geo = context.slot(GeoFacts.SLOT_LABEL, GeoFacts.class);
        this.clients = context.slot("fingerprint.client." + context.name(), ClientFingerprint.class);
        this.hashes = context.contextHashes();
        this.ticker = context.ticker();
        this.hasher = hasher;
        this.background = context.background();
        this.readQueue = readQueue;
        this.readBudget = readBudget;
        this.output = output;
    }

    /** Returns the observations of a request: one, several for a batch, none for allowed traffic. */
    public Observation[] request(Exchange exchange, BodyView body) {
        if (allowed.hides(exchange.account(), exchange.address())) {
            return NOTHING;
        }
        Observation[] all = read(exchange, body);
        for (Observation seen : all) {
            if (seen.readTask == null) {
                allowed.strip(seen);
            }
        }
        return all;
    }

    /**
     * Returns the observation of a request that was refused before its prompt was read because of the account's
     * standing; none for allowed traffic.
     *
     * @param prompts number of prompts in the request
     */
    public Observation[] refused(Exchange exchange, int prompts) {
        if (allowed.hides(exchange.account(), exchange.address())) {
            return NOTHING;
        }
        Observation seen = new Observation();
        seen.account = exchange.account().id();
        seen.keepsState = exchange.account().keepsState();
        seen.start = exchange.startMillis();
        seen.end = ticker.millis();
        seen.refusedPrompts = prompts;
        seen.unread = true;
        return new Observation[] {seen};
    }

    private Observation[] read(Exchange exchange, BodyView body) {
        return switch (body) {
            case BodyView.Chat chat -> new Observation[] {prompt(exchange, chat)};
            case BodyView.Batch batch -> batch(exchange, batch);
            case BodyView.Input input -> NOTHING; // it is not a prompt, and its pace is that of a document store
            case BodyView.Opaque opaque -> new Observation[] {head(exchange)};
            case BodyView.None none -> new Observation[] {head(exchange)};
        };
    }

    private Observation[] batch(Exchange exchange, BodyView.Batch batch) {
        int count = Math.min(batch.size(), BATCH_SAMPLE);
        Observation[] all = new Observation[count];
        for (int i = 0; i < count; i++) {
            all[i] = prompt(exchange, batch.item((int) ((long) i * batch.size() / count)));
            all[i].sameRequest = i > 0;
        }
        return all;
    }

    private Observation head(Exchange exchange) {
        Observation seen = new Observation();
        Account account = exchange.account();
        seen.account = account.id();
        seen.keepsState = account.keepsState();
        seen.organisation = account.organisation();
        seen.verified = account.verified();
        seen.tier = account.tier();
        seen.dialect = Dialect.of(exchange.operation());
        seen.created = account.created();
        seen.facts = account.facts();
        seen.start = exchange.startMillis();
        ClientFingerprint client = ClientFingerprint.of(exchange, clients, hasher);
        seen.client = client.hash();
        seen.software = client.software();
        seen.claim = client.claim();
        seen.ja4 = client.ja4();
        seen.order = client.order();
        seen.preface = client.preface();
        byte[] address = exchange.address().getAddress();
        seen.network = hasher.network(address);
        seen.block = hasher.block(address);
        GeoFacts facts = exchange.get(geo);
        if (facts != null) {
            seen.country = facts.country();
            seen.asn = facts.asn();
            seen.operator = facts.network();
            seen.hosting = facts.anonymisers().contains(GeoFacts.Anonymiser.HOSTING_PROVIDER);
            seen.anonymised = facts.anonymisers().size() > (seen.hosting ? 1 : 0);
        }
        return seen;
    }

    private Observation prompt(Exchange exchange, BodyView.Chat chat) {
        Observation seen = head(exchange);
        PromptFeatures features = new PromptFeatures();
        PromptReader reader = readQueue.readers().prompts();
        seen.prompt = features;
        if (readBudget.allows(seen.account, seen.start)) {
            UnreadPrompt unread = reader.read(chat, features);
            readBudget.charge(seen.account, seen.start, unread.chars());
            if (unread.chars() > 0) {
                enqueueText(exchange, seen, features, unread);
            }
        } else {
            reader.skim(chat, features);
        }
        seen.model = chat.model();
        seen.maxTokens = chat.maxTokens();
        seen.temperature = chat.temperature();
        seen.stream = chat.stream();
        seen.probing = chat.logprobs() || chat.choices() > 1;
        seen.shape = hasher.shape(chat);
        seen.inputTokens = chat.inputTokens();
        String person = people ? chat.person() : null;
        String id = person == null ? null : RandomIds.part(person);
        seen.person = id == null ? 0 : hasher.text(id);
        if (features.assistantTurns > 0 || chat.previousResponse() != null) {
            seen.cited = new CitedHashes(hashes).of(chat);
        }
        return seen;
    }

    /** Has the text read in the background; it stays unread when too much text is waiting. */
    private void enqueueText(Exchange exchange, Observation seen, PromptFeatures features, UnreadPrompt unread) {
        boolean sampled = samples && standings.of(exchange.account()).reaches(Standing.MARKED);
        if (readQueue.reserve(unread.chars())) {
            PromptReadTask readTask = new PromptReadTask(seen, features, unread, sampled, readQueue, allowed, output);
            if (background.soon(readTask)) {
                seen.readTask = readTask;
                return;
            }
            readQueue.refuse(unread.chars());
        }
        features.withoutText();
    }

    /**
     * Completes the observations of an exchange with its outcome.
     *
     * @param refusedPrompts number of prompts refused because of the account's standing, 0 for none
     */
    public void complete(Observation[] all, Exchange exchange, Outcome outcome, int refusedPrompts) {
        long now = ticker.millis();
        boolean answered = outcome.status() >= 200 && outcome.status() < 300 && !(outcome instanceof Outcome.Rejected);
        boolean genuine = answered || isGenuine(exchange, outcome);
        for (Observation seen : all) {
            seen.end = now;
            seen.answered = answered;
            seen.unread |= !genuine;
            seen.keepsState = (seen.keepsState || exchange.account().keepsState()) && (genuine || refusedPrompts > 0);
        }
        if (all.length > 0) {
            all[0].refusedPrompts = refusedPrompts;
        }
        if (all.length == 1 && answered) {
            answer(all[0], exchange.responseFacts(), outcome);
            all[0].declined = exchange.providerVerdict().isRefused();
            all[0].judged = all[0].declined || isRead(exchange.operation(), outcome);
            all[0].markedTokens = exchange.isMarked() ? exchange.responseFacts().proseTokens(outcome.usage()) : 0;
        }
    }

    /**
     * Returns whether a request without a successful response is taken for one of its account. It is not if the
     * upstream has refused its credential, or if others could have sent it.
     */
    private static boolean isGenuine(Exchange exchange, Outcome outcome) {
        boolean denied = outcome.status() == UNAUTHORIZED || outcome.status() == FORBIDDEN;
        return !exchange.isAccountClaimed() && (!denied || outcome instanceof Outcome.Rejected);
    }

    /** Returns whether a response has been read: then its tokens are known, at least estimated. */
    private static boolean isRead(Operation operation, Outcome outcome) {
        return operation.kind() == Operation.Kind.CHAT && outcome.usage().output() >= 0;
    }

    private static void answer(Observation seen, ResponseFacts answer, Outcome outcome) {
        if (outcome.usage().input() > 0) {
            seen.inputTokens = outcome.usage().input();
        }
        seen.outputTokens = Math.max(0, outcome.usage().output());
        seen.proseChars = answer.proseChars();
        seen.codeChars = answer.codeChars();
        seen.toolChars = answer.toolChars();
        long[] issued = new long[answer.hashCount()];
        int count = 0;
        for (int i = 0; i < issued.length; i++) {
            long hash = answer.hash(i);
            if (hash != ContextHashes.NONE) {
                issued[count++] = hash;
            }
        }
        seen.issued = count == issued.length ? issued : Arrays.copyOf(issued, count);
    }
}
