package dev.stillgate.canary;

import dev.stillgate.canary.key.ClassSheet;
import dev.stillgate.canary.key.MasterSecret;
import dev.stillgate.canary.text.table.ClassTable;
import dev.stillgate.spi.Account;
import dev.stillgate.spi.Background;
import dev.stillgate.spi.BodyFilter;
import dev.stillgate.spi.BodyView;
import dev.stillgate.spi.CompletionFilter;
import dev.stillgate.spi.Exchange;
import dev.stillgate.spi.FilterContext;
import dev.stillgate.spi.Operation;
import dev.stillgate.spi.Outcome;
import dev.stillgate.spi.ResponseFilter;
import dev.stillgate.spi.ResponseHead;
import dev.stillgate.spi.ResponseTap;
import dev.stillgate.spi.Slot;
import dev.stillgate.spi.Standings;
import dev.stillgate.spi.Ticker;
import dev.stillgate.spi.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * Marks the prose of answers to accounts whose standing reaches {@link CanaryPolicy#least}, under the key of the
 * account's cluster. Other exchanges cost one look-up of the standing before and one after the upstream.
 */
final class CanaryFilter implements BodyFilter, ResponseFilter, CompletionFilter {
    private static final String CANCEL = "/cancel";

    private final CanaryPolicy policy;
    private final ClassTable table;
    private final ClassSheet sheet;
    private final MasterSecret master;
    private final Standings standings;
    private final Ticker ticker;
    private final CanaryState state;
    private final CanaryMeters meters;
    private final Slot<Exemption> exempt;
    private final Background background;

    CanaryFilter(CanaryPolicy policy, ClassTable table, MasterSecret master, CanaryState state, FilterContext context) {
        this.policy = policy;
        this.table = table;
        this.sheet = ClassSheet.of(table);
        this.master = master;
        this.standings = context.standings();
        this.ticker = context.ticker();
        this.state = state;
        this.meters = new CanaryMeters(context);
        this.background = context.background();
        this.exempt = context.slot("canary." + context.name(), Exemption.class);
    }

    private boolean marks(Account account) {
        return standings.of(account).reaches(policy.least());
    }

    @Override
    public Verdict onBody(Exchange exchange, BodyView body) {
        if (body instanceof BodyView.Chat chat && marks(exchange.account())) {
            exchange.set(exempt, exemption(chat));
        }
        return Verdict.ALLOW;
    }

    /**
     * Returns the exemption of a request. An exempt answer also exempts those that continue it by id: the provider
     * alone has the earlier messages.
     */
    private @Nullable Exemption exemption(BodyView.Chat chat) {
        Exemption own = ExemptionRules.of(chat);
        String previous = own == null ? chat.previousResponse() : null;
        boolean inherited = previous != null && state.exempted().find(previous) == Exemption.WORDING;
        return inherited ? Exemption.WORDING : own;
    }

    @Override
    public ResponseTap onResponse(Exchange exchange, ResponseHead head) {
        if (!exchange.operation().carriesAnswers() || !marks(exchange.account())) {
            return ResponseTap.NONE;
        }
        Exemption why = exemption(exchange, head);
        Keyring.Entry key = why == null ? key(exchange.account()) : null;
        if (key != null) {
            return new MarkingTap(table, key, state.ledger(), meters, exchange.requestId(), ticker);
        }
        meters.skipped(why == null ? Exemption.KEY_PENDING : why);
        return ResponseTap.NONE;
    }

    private @Nullable Exemption exemption(Exchange exchange, ResponseHead head) {
        if (head.status() / 100 != 2) {
            return Exemption.STATUS;
        }
        Exemption known = exchange.operation() == Operation.STORED_RESPONSE
                        || exchange.operation() == Operation.STORED_CHAT_COMPLETION
                ? state.exempted().find(answerId(exchange.path()))
                : exchange.get(exempt);
        return known != null || state.ledger().isReady() ? known : Exemption.LEDGER;
    }

    private Keyring.@Nullable Entry key(Account account) {
        String group = standings.group(account);
        String epoch = policy.epochs().at(ticker.millis());
        String name = group == null ? KeyNames.ofAccount(account.id(), epoch) : KeyNames.ofGroup(group, epoch);
        return state.keyring().find(master, name, sheet, background);
    }

    /**
     * Returns the id of the stored answer that a path fetches or cancels. Paths that list several items yield an
     * unknown id.
     */
    private static String answerId(String path) {
        String answer = path.endsWith(CANCEL) ? path.substring(0, path.length() - CANCEL.length()) : path;
        return answer.substring(answer.lastIndexOf('/') + 1);
    }

    /** Remembers exempt answers, because clients may fetch them again. */
    @Override
    public void onComplete(Exchange exchange, Outcome outcome) {
        Exemption why = exchange.get(exempt);
        String id = why == null ? null : exchange.answerId();
        if (why != null && id != null) {
            state.exempted().put(id, why);
        }
    }
}
