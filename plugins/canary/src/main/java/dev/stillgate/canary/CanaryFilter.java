package dev.stillgate.canary;

import dev.stillgate.canary.key.KeyDeriver;
import dev.stillgate.canary.sketch.ResponseSketcher;
import dev.stillgate.canary.sketch.SketchKey;
import dev.stillgate.canary.sketch.SketchStore;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.BodyFilter;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.Provider;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Verdict;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Marks the prose of answers to the accounts that {@link CanaryPolicy#from} names, under the key of the account's
 * cluster or stratum. Other exchanges cost one look-up of the standing before and one after the upstream.
 */
final class CanaryFilter implements BodyFilter, ResponseFilter, CompletionFilter {
    private static final Set<String> LISTS = Set.of("completions", "responses");
    private static final Set<String> PARTS = Set.of("messages", "input_items");

    private final EditorPool editors;
    private final ExemptionRules exemptions;
    private final KeyDeriver deriver;
    private final ResponseKeys keys;
    private final SketchKey sketchKey;
    private final @Nullable SketchStore sketches;
    private final Ticker ticker;
    private final CanaryState state;
    private final CanaryMeters meters;
    private final Slot<Treatment> treatment;

    CanaryFilter(
            CanaryPolicy policy,
            ClassTable table,
            KeyDeriver deriver,
            SketchKey sketchKey,
            CanaryState state,
            FilterContext context) {
        this.editors = new EditorPool(table);
        this.exemptions = new ExemptionRules(table);
        this.deriver = deriver;
        this.sketchKey = sketchKey;
        this.sketches = policy.mostSketches() > 0 ? state.sketches() : null;
        this.ticker = context.ticker();
        this.state = state;
        this.keys = new ResponseKeys(
                policy, context.standings(), state.keyring(), deriver, context.background(), ticker.millis());
        this.meters = new CanaryMeters(context);
        this.treatment = context.slot("canary." + context.name(), Treatment.class);
    }

    @Override
    public Verdict onBody(Exchange exchange, BodyView body) {
        if (body instanceof BodyView.Chat chat && keys.marks(exchange.account())) {
            Exemption why = exemption(exchange.provider(), chat);
            if (why == null) {
                keys.find(exchange.account(), ticker.millis()); // begins to derive a new key
            }
            exchange.set(treatment, why);
        }
        return Verdict.ALLOW;
    }

    /**
     * Returns the exemption of a request. An exempt answer also exempts those that continue it by id: the provider
     * alone has the earlier messages.
     */
    private @Nullable Exemption exemption(Provider provider, BodyView.Chat chat) {
        Exemption own = exemptions.of(provider, chat);
        String previous = own == null ? chat.previousResponse() : null;
        boolean inherited = previous != null && state.answers().find(previous) == Exemption.WORDING;
        return inherited ? Exemption.WORDING : own;
    }

    @Override
    public ResponseTap onResponse(Exchange exchange, ResponseHead head) {
        if (!exchange.operation().carriesResponses()) {
            return ResponseTap.NONE;
        }
        String stored = storedId(exchange);
        Treatment earlier = stored == null ? exchange.get(treatment) : earlier(stored);
        if (earlier == null && !keys.marks(exchange.account())) {
            return ResponseTap.NONE;
        }
        Treatment chosen = treatment(exchange, head, earlier);
        if (chosen != Exemption.STATUS) {
            exchange.set(treatment, chosen);
            if (stored != null) {
                state.answers().putIfAbsent(stored, chosen);
            }
        }
        return switch (chosen) {
            case Keyring.Entry key ->
                new MarkingTap(
                        editors,
                        key,
                        state.ledger(),
                        meters,
                        sketcher(exchange.account()),
                        exchange.requestId(),
                        ticker);
            case Exemption why -> {
                meters.skipped(why);
                yield ResponseTap.NONE;
            }
        };
    }

    /** Returns what was done with a stored response before, or null if that is unknown or can no longer be done. */
    private @Nullable Treatment earlier(String stored) {
        Treatment known = state.answers().find(stored);
        return known instanceof Keyring.Entry key && !key.fits(deriver) ? null : known;
    }

    private @Nullable ResponseSketcher sketcher(Account account) {
        return sketches == null || account.trust() == Account.Trust.NONE
                ? null
                : new ResponseSketcher(sketches, sketchKey, account.id(), ticker);
    }

    private Treatment treatment(Exchange exchange, ResponseHead head, @Nullable Treatment earlier) {
        if (head.status() / 100 != 2) {
            return Exemption.STATUS;
        }
        if (earlier instanceof Exemption) {
            return earlier;
        }
        if (!state.ledger().isReady()) {
            return Exemption.LEDGER;
        }
        Treatment key = earlier == null ? keys.find(exchange.account(), ticker.millis()) : earlier;
        return key == null ? Exemption.KEY_PENDING : key;
    }

    /**
     * Returns the id of the stored response that a path fetches or cancels. A path with several answers of one request or
     * batch is its own id, so that they are treated alike when they are fetched again. Null for new answers and for
     * lists of stored ones.
     */
    private static @Nullable String storedId(Exchange exchange) {
        String path = exchange.storedPath();
        return switch (exchange.operation().kind()) {
            case RESULTS, FILE -> path;
            case STORED, DEFERRED -> {
                String last = path.substring(path.lastIndexOf('/') + 1);
                yield LISTS.contains(last) ? null : PARTS.contains(last) ? path : last;
            }
            default -> null;
        };
    }

    /** Remembers what was done with a response that the client may fetch again. */
    @Override
    public void onComplete(Exchange exchange, Outcome outcome) {
        boolean isKept =
                exchange.operation() == Operation.RESPONSES || exchange.operation() == Operation.CHAT_COMPLETIONS;
        Treatment chosen = isKept ? exchange.get(treatment) : null;
        String id = chosen == null ? null : exchange.answerId();
        if (chosen != null && id != null) {
            state.answers().put(id, chosen);
        }
    }
}
