package dev.stillgate.fingerprint.capture;

import dev.stillgate.fingerprint.text.PromptFeatures;
import dev.stillgate.fingerprint.text.PromptReader;
import dev.stillgate.fingerprint.text.UnreadPrompt;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.AnswerFacts;
import dev.stillgate.spi.Background;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.ContextMarks;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.GeoFacts;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Standing;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.Ticker;
import java.util.Arrays;
import java.util.function.Consumer;

/** Writes down what the analysis learns of an exchange, on the exchange's own thread. */
public final class ObservationRecorder {
    /** How many prompts of one batch are looked at, spread over it. */
    private static final int BATCH_SAMPLE = 16;

    private static final Observation[] NOTHING = {};

    private final AllowList allowed;
    private final Standings standings;
    private final boolean samples;
    private final Slot<GeoFacts> geo;
    private final Slot<ClientFingerprint> clients;
    private final ContextMarks marks;
    private final Ticker ticker;
    private final FeatureHasher keys;
    private final Background background;
    private final ReadQueue unread;
    private final ReadBudget allowance;
    private final Consumer<Observation> next;

    /**
     * An observer.
     *
     * @param unread texts waiting to be read; outlives a policy
     * @param allowance how much of an account's text is read; outlives a policy
     * @param next receives each complete observation
     * @param samples whether the texts of watched accounts are sampled
     */
    public ObservationRecorder(
            FilterContext context,
            ReadQueue unread,
            ReadBudget allowance,
            Consumer<Observation> next,
            FeatureHasher keys,
            AllowList allowed,
            boolean samples) {
        this.allowed = allowed;
        this.samples = samples;
        this.standings = context.standings();
        this.geo = context.slot(GeoFacts.SLOT_LABEL, GeoFacts.class);
        this.clients = context.slot("fingerprint.client." + context.name(), ClientFingerprint.class);
        this.marks = context.marks();
        this.ticker = context.ticker();
        this.keys = keys;
        this.background = context.background();
        this.unread = unread;
        this.allowance = allowance;
        this.next = next;
    }

    /** Returns what a request's head and body say; of a batch, one for each prompt that is looked at; of what is allowed, none. */
    public Observation[] request(Exchange exchange, BodyView body) {
        if (allowed.hides(exchange.account(), exchange.address())) {
            return NOTHING;
        }
        Observation[] all = read(exchange, body);
        for (Observation seen : all) {
            if (seen.reading == null) {
                allowed.strip(seen);
            }
        }
        return all;
    }

    private Observation[] read(Exchange exchange, BodyView body) {
        return switch (body) {
            case BodyView.Chat chat -> new Observation[] {prompt(exchange, chat)};
            case BodyView.Batch batch -> batch(exchange, batch);
            case BodyView.Opaque opaque -> new Observation[] {head(exchange)};
            case BodyView.None none -> new Observation[] {head(exchange)};
        };
    }

    private Observation[] batch(Exchange exchange, BodyView.Batch batch) {
        int count = Math.min(batch.size(), BATCH_SAMPLE);
        Observation[] all = new Observation[count];
        for (int i = 0; i < count; i++) {
            all[i] = prompt(exchange, batch.item((int) ((long) i * batch.size() / count)));
            all[i].further = i > 0;
        }
        return all;
    }

    private Observation head(Exchange exchange) {
        Observation seen = new Observation();
        Account account = exchange.account();
        seen.account = account.id();
        seen.keeps = account.keepsState();
        seen.organisation = account.organisation();
        seen.created = account.created();
        seen.start = exchange.startMillis();
        ClientFingerprint client = ClientFingerprint.of(exchange, clients, keys);
        seen.client = client.hash();
        seen.software = client.software();
        seen.claim = client.claim();
        seen.ja4 = client.ja4();
        seen.order = client.order();
        seen.preface = client.preface();
        byte[] address = exchange.address().getAddress();
        seen.network = keys.network(address);
        seen.block = keys.block(address);
        GeoFacts facts = exchange.get(geo);
        if (facts != null) {
            seen.country = facts.country();
            seen.asn = facts.asn();
            seen.hosting = facts.anonymisers().contains(GeoFacts.Anonymiser.HOSTING_PROVIDER);
            seen.anonymised = facts.anonymisers().size() > (seen.hosting ? 1 : 0);
        }
        return seen;
    }

    private Observation prompt(Exchange exchange, BodyView.Chat chat) {
        Observation seen = head(exchange);
        PromptFeatures features = new PromptFeatures();
        PromptReader reader = unread.readers().prompts();
        seen.prompt = features;
        if (allowance.allows(seen.account, seen.start)) {
            UnreadPrompt more = reader.read(chat, features);
            allowance.charge(seen.account, seen.start, more.chars());
            if (more.chars() > 0) {
                handOver(exchange, seen, features, more);
            }
        } else {
            reader.skim(chat, features);
        }
        seen.model = chat.model();
        seen.maxTokens = chat.maxTokens();
        seen.temperature = chat.temperature();
        seen.stream = chat.stream();
        seen.probing = chat.logprobs() || chat.choices() > 1;
        seen.shape = keys.shape(chat);
        seen.inputTokens = chat.inputTokens();
        if (features.assistantTurns > 0 || chat.previousResponse() != null) {
            seen.cited = new CitedMarks(marks).of(chat);
        }
        return seen;
    }

    /** Lets the text be read beside the exchange, if there is room for it. */
    private void handOver(Exchange exchange, Observation seen, PromptFeatures features, UnreadPrompt more) {
        boolean sampled = samples && standings.of(exchange.account()).reaches(Standing.WATCHED);
        if (unread.reserve(more.chars())) {
            PromptReadTask reading = new PromptReadTask(seen, features, more, sampled, unread, allowed, next);
            if (background.soon(reading)) {
                seen.reading = reading;
                return;
            }
            unread.refuse(more.chars());
        }
        features.withoutText();
    }

    /** Adds what became of the exchange. */
    public void complete(Observation[] all, Exchange exchange, Outcome outcome) {
        long now = ticker.millis();
        boolean answered = outcome.status() >= 200 && outcome.status() < 300 && !(outcome instanceof Outcome.Rejected);
        for (Observation seen : all) {
            seen.end = now;
            seen.answered = answered;
            seen.keeps |= exchange.account().keepsState();
        }
        if (all.length == 1 && answered) {
            answer(all[0], exchange.answer(), outcome);
        }
    }

    private static void answer(Observation seen, AnswerFacts answer, Outcome outcome) {
        if (outcome.usage().input() > 0) {
            seen.inputTokens = outcome.usage().input();
        }
        seen.outputTokens = Math.max(0, outcome.usage().output());
        seen.proseChars = answer.proseChars();
        seen.codeChars = answer.codeChars();
        seen.toolChars = answer.toolChars();
        long[] issued = new long[answer.markCount()];
        int count = 0;
        for (int i = 0; i < issued.length; i++) {
            long mark = answer.mark(i);
            if (mark != ContextMarks.NONE) {
                issued[count++] = mark;
            }
        }
        seen.issued = count == issued.length ? issued : Arrays.copyOf(issued, count);
    }
}
