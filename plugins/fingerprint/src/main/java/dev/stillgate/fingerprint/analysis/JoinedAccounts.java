package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.account.AccountIndex;
import dev.stillgate.fingerprint.account.AccountTable;
import dev.stillgate.fingerprint.capture.FeatureHasher;
import dev.stillgate.fingerprint.link.FactTable;
import dev.stillgate.fingerprint.signal.FactSettings;
import dev.stillgate.fingerprint.standing.Join;
import dev.stillgate.fingerprint.standing.JoinGuards;
import dev.stillgate.fingerprint.standing.JoinsOfOrder;
import dev.stillgate.fingerprint.standing.Ladder;
import dev.stillgate.fingerprint.standing.OrdersInForce;
import dev.stillgate.spi.orders.OrderDraft;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/** Accounts that joined campaigns: those that operators look at, and those that are released. Not thread-safe. */
public final class JoinedAccounts {
    /** Joiners that are drawn for operators in a week, over all standing orders. */
    private static final int DRAWN_A_WEEK = 10;

    private static final long WEEK = Duration.ofDays(7).toMillis();
    private static final long INTERVAL = Duration.ofMinutes(1).toMillis();

    private final AccountTable table;
    private final FactTable facts;
    private final Ladder ladder;
    private final Predicate<String> isVerified;
    private FeatureHasher hasher = new FeatureHasher(new byte[Long.BYTES * 3]);
    private long lastCheck;

    /** @param isVerified whether an account is verified or of a declared organisation */
    JoinedAccounts(AccountTable table, FactTable facts, Ladder ladder, Predicate<String> isVerified) {
        this.table = table;
        this.facts = facts;
        this.ladder = ladder;
        this.isVerified = isVerified;
    }

    /** Sets the hash by which joiners are drawn. */
    void drawBy(FeatureHasher keyed) {
        hasher = keyed;
    }

    /**
     * Returns joiners drawn for an operator: of those of the last week the ones with the least keyed hashes, so that all
     * gateways of a fleet agree and clients cannot choose; fewer by each that was judged.
     *
     * @param now milliseconds since the epoch
     */
    public List<Join> drawn(long now) {
        long judged = ladder.orders().judgedJoins(now - WEEK);
        return ladder.orders().joins().values().stream()
                .filter(join -> join.at() > now - WEEK && !isWaiting(join))
                .sorted(Comparator.comparingLong(join -> hasher.text(join.account())))
                .limit(Math.max(0, DRAWN_A_WEEK - judged))
                .toList();
    }

    /** Returns whether an operator is to judge a joiner in any case: it is not pooled, or it is verified. */
    public boolean isWaiting(Join join) {
        return !join.pools() || isVerified.test(join.account());
    }

    /**
     * Returns the orders that release accounts verified since they joined, at most once a minute. Campaigns verify accounts
     * too, so a release needs a fact that decides and is new to the campaign, and a standing order releases one in ten.
     *
     * @param now milliseconds since the epoch
     */
    public List<OrderDraft> releases(FactSettings settings, long now) {
        if (now - lastCheck < INTERVAL) {
            return List.of();
        }
        lastCheck = now;
        List<OrderDraft> due = new ArrayList<>();
        Set<String> orders = new HashSet<>();
        OrdersInForce inForce = ladder.orders();
        inForce.joins().forEach((account, join) -> {
            JoinsOfOrder joins = inForce.joinsUnder(join.order());
            if (!orders.contains(join.order())
                    && isVerified.test(account)
                    && JoinGuards.mayRelease(joins.joined().size(), joins.released())
                    && hasNewFact(account, campaign(join, joins), settings)) {
                orders.add(join.order()); // one at a time, since each release counts for the next
                due.add(Join.release(join, inForce.record(join).until()));
            }
        });
        return due;
    }

    /** Returns the confirmed accounts of a campaign and those that joined it, released ones too. */
    private Set<String> campaign(Join join, JoinsOfOrder joins) {
        Set<String> campaign = new HashSet<>();
        ladder.orders().labels().forEach((account, label) -> {
            if (join.pool().equals(label.cluster()) || join.cluster().equals(label.cluster())) {
                campaign.add(account);
            }
        });
        joins.joined().forEach(each -> campaign.add(each.join().account()));
        campaign.remove(join.account());
        return campaign;
    }

    /** Returns whether an account has a fact that decides, and shares none of these with a campaign. */
    private boolean hasNewFact(String account, Set<String> campaign, FactSettings settings) {
        int index = table.index().find(account);
        int known = 0;
        for (String name : settings.decide()) {
            int number = facts.find(name);
            long value = number < 0 || index == AccountIndex.NONE ? 0 : facts.value(number, index);
            if (value != 0) {
                known++;
                if (campaign.stream()
                        .mapToInt(table.index()::find)
                        .anyMatch(other -> other != AccountIndex.NONE && facts.value(number, other) == value)) {
                    return false;
                }
            }
        }
        return known > 0;
    }
}
