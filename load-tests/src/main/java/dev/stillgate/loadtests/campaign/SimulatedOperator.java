package dev.stillgate.loadtests.campaign;

import dev.stillgate.loadtests.campaign.traffic.Api;
import dev.stillgate.loadtests.campaign.traffic.Location;
import dev.stillgate.loadtests.campaign.traffic.Source;
import dev.stillgate.loadtests.campaign.traffic.World;
import dev.stillgate.loadtests.random.Dice;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Operator that judges the first items of the review queue every morning. A group is guilty if most of its accounts
 * belong to campaigns; it is confirmed as a whole, except for the honest members that are noticed. Innocent accounts
 * are vouched for, innocent groups refuted. A share of the judgements is wrong. A group is not looked at again until it
 * changes. Not thread-safe.
 */
final class SimulatedOperator implements Source {
    private static final long MORNING = 9 * 3_600_000L; // UTC
    private static final double NOTICES = 0.95; // an honest member of a guilty group
    private static final int MOST = 1_000;

    /** Value of {@link Rules#joins} for a confirmation that orders nothing for later accounts. */
    static final String NO_ORDER = "none";

    private final ReviewDesk desk;
    private final Predicate<String> harvests;
    private final Rules rules;
    private final World world;
    private final Dice dice;
    private final Map<String, Long> seen = new HashMap<>();
    private final Judgements judgements = new Judgements();
    private final Set<String> mistaken = new HashSet<>();
    private long due;

    /**
     * Rules of the operator's work.
     *
     * @param reviews number of items a day, 0 for no operator
     * @param errors share of wrong judgements
     * @param verified whether verified accounts of a guilty group are confirmed too
     * @param joins what a confirmation orders for accounts that join the group, {@link #NO_ORDER} for no order
     * @param promise greatest share of honest newcomers of which the operator accepts that they join a pool
     */
    record Rules(int reviews, double errors, boolean verified, String joins, double promise) {}

    /**
     * Creates an operator.
     *
     * @param harvests whether an account belongs to a campaign
     */
    SimulatedOperator(ReviewDesk desk, Predicate<String> harvests, Rules rules, World world) {
        this.desk = desk;
        this.harvests = harvests;
        this.rules = rules;
        this.world = world;
        this.dice = world.dice().child("operator");
        this.due = world.start() + MORNING;
    }

    @Override
    public long due() {
        return rules.reviews() > 0 && due < world.end() ? due : NEVER;
    }

    @Override
    public void send(Api api) {
        int left = rules.reviews();
        for (ReviewItem item : desk.queue(MOST)) {
            if (left == 0) {
                break;
            }
            Long before = seen.put(item.kind() + item.id(), item.revision());
            if (before == null || before != item.revision()) {
                judge(item, dice.child(due).child(item.id()));
                left--;
            }
        }
        due += Location.DAY;
    }

    private void judge(ReviewItem item, Dice own) {
        List<String> accounts = desk.accounts(item);
        List<String> honest = accounts.stream().filter(harvests.negate()).toList();
        boolean guilty = 2 * honest.size() < accounts.size();
        boolean wrong = own.chance(rules.errors());
        judgements.add(guilty, wrong);
        if (guilty == wrong) {
            acquit(item);
        } else if (wrong) {
            mistaken.add(item.id());
            desk.confirm(item, List.of(), rules);
        } else {
            desk.confirm(
                    item, honest.stream().filter(account -> own.chance(NOTICES)).toList(), rules);
        }
    }

    /** Returns whether a group was ever confirmed by mistake. */
    boolean mistook(String group) {
        return mistaken.contains(group);
    }

    private void acquit(ReviewItem item) {
        if (item.isAccount()) {
            desk.vouch(item.id());
        } else {
            desk.refute(item);
        }
    }

    Judgements judgements() {
        return judgements;
    }

    /** Counts of judgements. */
    static final class Judgements {
        private final int[] counts = new int[4];

        private void add(boolean guilty, boolean wrong) {
            counts[(guilty ? 2 : 0) + (wrong ? 1 : 0)]++;
        }

        int rightlyConfirmed() {
            return counts[2];
        }

        int wronglyConfirmed() {
            return counts[1];
        }

        int rightlyAcquitted() {
            return counts[0];
        }

        int wronglyAcquitted() {
            return counts[3];
        }
    }
}
