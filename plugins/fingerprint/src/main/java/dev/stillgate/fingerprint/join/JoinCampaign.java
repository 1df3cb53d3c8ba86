package dev.stillgate.fingerprint.join;

import dev.stillgate.fingerprint.stats.RareShare;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Test whether accounts join a confirmed campaign. References are known customers that were first seen, or opened,
 * before the campaign began; one half fits the model, the other half calibrates it.
 */
public final class JoinCampaign {
    /**
     * A campaign began with the account that follows this share of the confirmed ones by time: the lower quartile, since
     * some of the confirmed may be older accounts that were bought, or that do not belong to it.
     */
    private static final int OLDER = 4;

    private final List<JoinAccount> oldest;

    /** Second of the epoch at which that account was opened, of those whose date is known; 0 for none. */
    private final long created;

    private final int fitted;
    private final JoinModel model;
    private final Map<JoinStratum, PathMaxima> maxima = new HashMap<>();
    private final List<Resembling> resembling;

    /**
     * Known customer that resembles the campaign more than a quarter of its confirmed accounts do, or that stops them.
     *
     * @param score evidence after the start that has most
     * @param stops whether it alone keeps accounts like three quarters of the campaign's from joining
     */
    public record Resembling(JoinAccount account, JoinScore score, boolean stops) {}

    /** Known customer with its evidence after each start. */
    private record Scored(JoinAccount account, List<JoinScore> path) {
        JoinScore best() {
            return JoinModel.best(path);
        }

        PathMaxima maxima() {
            return PathMaxima.of(account.account(), path);
        }
    }

    /**
     * Fits and calibrates the test.
     *
     * @param confirmed accounts that a person confirmed, at least one; joiners are not among them
     * @param references known customers, whatever they resemble
     */
    public JoinCampaign(Collection<JoinAccount> confirmed, Collection<JoinAccount> references) {
        oldest = confirmed.stream()
                .sorted(Comparator.comparingInt(JoinAccount::firstSeen))
                .limit(confirmed.size() / OLDER + 1)
                .toList();
        long[] dates = confirmed.stream()
                .mapToLong(JoinAccount::created)
                .filter(date -> date > 0)
                .sorted()
                .toArray();
        created = dates.length == 0 ? 0 : dates[dates.length / OLDER];
        List<JoinAccount> before = references.stream().filter(this::isEarlier).toList();
        List<JoinAccount> fit = before.stream().filter(JoinAccount::fits).toList();
        fitted = fit.size();
        model = new JoinModel(confirmed, fit);
        List<Scored> scored = references.stream()
                .map(reference -> new Scored(reference, model.path(reference)))
                .toList();
        scored.stream()
                .filter(reference -> isCalibratedBy(reference.account()))
                .forEach(
                        reference -> maxima.merge(reference.account().stratum(), reference.maxima(), PathMaxima::with));
        resembling = resembling(confirmed, scored);
    }

    private List<Resembling> resembling(Collection<JoinAccount> confirmed, List<Scored> references) {
        Scored typical = confirmed.stream()
                .map(member -> new Scored(member, model.path(member)))
                .sorted(Comparator.comparingDouble(member -> member.best().total()))
                .skip(confirmed.size() / 4)
                .findFirst()
                .orElseThrow();
        JoinScore least = typical.best();
        JoinStratum stratum = typical.account().stratum();
        long stopping = references.stream()
                .filter(reference -> stops(reference, stratum, least))
                .count();
        boolean isRare = stopping <= RareShare.MOST * maxima(stratum).references();
        List<Resembling> found = new ArrayList<>();
        for (Scored reference : references) {
            JoinScore score = reference.best();
            boolean isAlike = score.total() >= least.total() && score.asked() > 0 && score.origin() > 0;
            boolean stops = isRare && stops(reference, stratum, least);
            if (isAlike || stops) {
                found.add(new Resembling(reference.account(), score, stops));
            }
        }
        return found;
    }

    /**
     * Returns the known customers that resemble the campaign more than a quarter of its confirmed accounts do, and those
     * that alone stop accounts like these, if such customers are rare.
     */
    public List<Resembling> resembling() {
        return resembling;
    }

    /** Returns whether a known customer is one whose evidence a newcomer has to exceed. */
    public boolean isCalibratedBy(JoinAccount reference) {
        return !reference.fits() && reference.starts().isComplete() && isEarlier(reference);
    }

    /** Returns whether a known customer alone keeps accounts from joining that would join without references. */
    private boolean stops(Scored reference, JoinStratum stratum, JoinScore best) {
        return isCalibratedBy(reference.account())
                && stratum.includes(reference.account().stratum())
                && PathMaxima.NONE.isExceededBy(best)
                && !reference.maxima().isExceededBy(best);
    }

    /** Returns the number of known customers to which the model is fitted. */
    public int fitted() {
        return fitted;
    }

    private boolean isEarlier(JoinAccount reference) {
        return reference.firstSeen() < firstSeen() || (reference.created() > 0 && reference.created() < created);
    }

    private int firstSeen() {
        return oldest.getLast().firstSeen();
    }

    /** Returns the confirmed accounts that were seen first, of which the last marks the beginning of the campaign. */
    public List<JoinAccount> oldest() {
        return oldest;
    }

    /** Returns whether an account is new enough to be tested: first seen after the campaign began. */
    public boolean isNewcomer(JoinAccount account) {
        return account.firstSeen() > firstSeen();
    }

    /** Returns whether a newcomer joins at its latest start. */
    public boolean joins(JoinAccount newcomer) {
        return maxima(newcomer.stratum()).isExceededBy(model.score(newcomer));
    }

    /** Returns the number of the first start at which a newcomer joins, 0 for never. */
    public int joinedAt(JoinAccount newcomer) {
        PathMaxima most = maxima(newcomer.stratum());
        List<JoinScore> path = model.path(newcomer);
        for (int i = 0; i < path.size(); i++) {
            if (most.isExceededBy(path.get(i))) {
                return i + 1;
            }
        }
        return 0;
    }

    /** Returns the maxima of the calibration references of a stratum. */
    public PathMaxima maxima(JoinStratum stratum) {
        return maxima.entrySet().stream()
                .filter(entry -> stratum.includes(entry.getKey()))
                .map(Map.Entry::getValue)
                .reduce(PathMaxima.NONE, PathMaxima::with);
    }

    public JoinModel model() {
        return model;
    }
}
