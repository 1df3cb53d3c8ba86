package dev.stillgate.loadtests.campaign.traffic;

import dev.stillgate.loadtests.campaign.text.Language;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A slot of a campaign. It is used by one account after another; a new one is created after the last was blocked or
 * abandoned. Not thread-safe.
 */
final class AccountSlot {
    private final int number;
    private final Language language;
    private final List<Tenure> planned;
    private final List<Tenure> tenures;
    private final Reaction reaction;
    private final Caution caution;
    private final @Nullable LongFunction<SimulatedAccount> opens;
    private int used;
    private long day;

    /** The period in which an account uses the slot, in milliseconds since the epoch. */
    record Tenure(long from, long until, SimulatedAccount account) {}

    /**
     * Creates a slot.
     *
     * @param language language of its prompts
     * @param tenures the planned accounts
     * @param reaction reaction to refusals
     * @param caution bound of the use of the campaign's accounts
     * @param opens creates an account at a time; null if accounts are not replaced
     */
    AccountSlot(
            int number,
            Language language,
            List<Tenure> tenures,
            Reaction reaction,
            Caution caution,
            @Nullable LongFunction<SimulatedAccount> opens) {
        this.number = number;
        this.language = language;
        this.planned = List.copyOf(tenures);
        this.tenures = new ArrayList<>(tenures);
        this.reaction = reaction;
        this.caution = caution;
        this.opens = opens;
    }

    int number() {
        return number;
    }

    Language language() {
        return language;
    }

    /** Returns the accounts so far, in the order of their use. */
    List<Tenure> tenures() {
        return tenures;
    }

    /** Returns the account that uses the slot at a time, null for none. */
    @Nullable
    SimulatedAccount at(long time) {
        Tenure tenure = covering(tenures, time);
        return tenure == null ? null : tenure.account;
    }

    /** Returns the account that uses the slot at a time, or the last one before. */
    SimulatedAccount last(long time) {
        SimulatedAccount last = tenures.getFirst().account;
        for (Tenure tenure : tenures) {
            last = tenure.from <= time ? tenure.account : last;
        }
        return last;
    }

    /** Returns whether an account was planned to use the slot at a time, whatever the gateway did to it. */
    boolean wants(long time) {
        return covering(planned, time) != null;
    }

    /** Returns whether the slot has an account that the campaign would use at a time. */
    boolean isFree(long time) {
        return time >= reaction.restsUntil() && at(time) != null && caution.allows(usedOn(time));
    }

    /** Returns whether the slot has no free account at a time because of the gateway. */
    boolean isMissing(long time) {
        return wants(time) && !isFree(time);
    }

    /** Returns the earliest time at which the slot may be free again, in milliseconds since the epoch. */
    long freeFrom(long time) {
        long from = Math.max(time, reaction.restsUntil());
        if (!caution.allows(usedOn(from))) {
            from = (from / Location.DAY + 1) * Location.DAY;
        }
        for (Tenure tenure : tenures) {
            if (from < tenure.until) {
                return Math.max(from, tenure.from);
            }
        }
        return Long.MAX_VALUE;
    }

    private int usedOn(long time) {
        return time / Location.DAY == day ? used : 0;
    }

    /** Records a request and its response. */
    void note(long time, ApiResponse response) {
        used = usedOn(time) + 1;
        day = time / Location.DAY;
        if (!response.isServed()) {
            caution.raise();
        }
        long leaves = reaction.to(time, response);
        if (leaves != Long.MAX_VALUE && (opens != null || response.isForbidden())) {
            replace(leaves);
        }
    }

    private void replace(long leaves) {
        for (int i = 0; i < tenures.size(); i++) {
            Tenure tenure = tenures.get(i);
            if (leaves >= tenure.from && leaves < tenure.until) {
                long from = leaves + reaction.delay();
                tenures.set(i, new Tenure(tenure.from, leaves, tenure.account));
                if (opens != null && from < tenure.until) {
                    tenures.add(i + 1, new Tenure(from, tenure.until, opens.apply(from)));
                }
                return;
            }
        }
    }

    private static @Nullable Tenure covering(List<Tenure> of, long time) {
        for (Tenure tenure : of) {
            if (time >= tenure.from && time < tenure.until) {
                return tenure;
            }
        }
        return null;
    }

    /**
     * Bound of the use of accounts. A campaign whose requests are refused sends more by its other accounts, up to a bound,
     * since an account that stands out is the next to be refused. Not thread-safe.
     */
    static final class Caution {
        private final double mostADay;
        private boolean raised;

        /** @param mostADay most requests of an account a day */
        Caution(double mostADay) {
            this.mostADay = mostADay;
        }

        /** Records that a request of the campaign was refused. */
        void raise() {
            raised = true;
        }

        /** Returns whether an account with a number of requests today may send another one. */
        boolean allows(int today) {
            return !raised || today < mostADay;
        }
    }
}
