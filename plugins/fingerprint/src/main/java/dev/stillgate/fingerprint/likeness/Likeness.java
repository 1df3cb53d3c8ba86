package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.signal.Promise;
import dev.stillgate.fingerprint.signal.Trait;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Search for accounts that resemble confirmed campaigns. The p-values hold for one round: an innocent account of a
 * stratum is close to one with at most the promised probability. They are not valid at any time, so over many rounds
 * more accounts are touched.
 */
public final class Likeness {
    static final Comparator<Resemblance> MOST_LIKE = Comparator.comparing(Resemblance::isProposed)
            .thenComparing(Resemblance::reach)
            .thenComparingDouble(Resemblance::score)
            .reversed();

    private static final int MOST_NEAR = 25;

    private final TraitBins bins;
    private final Strata strata;
    private final List<CampaignModel> models;
    private final List<Resemblance> found;

    private Likeness(TraitBins bins, Strata strata, List<CampaignModel> models, List<Resemblance> found) {
        this.bins = bins;
        this.strata = strata;
        this.models = models;
        this.found = found;
    }

    /**
     * Compares accounts with confirmed campaigns.
     *
     * @param traits behavioural traits: neither words nor client, network or registration
     * @param accounts references and accounts to test, without confirmed and refuted ones
     * @param groups confirmed accounts by campaign; groups without accounts are left out
     */
    public static Likeness of(
            List<Trait> traits, Strata strata, List<Subject> accounts, List<ConfirmedGroup> groups, Promise promise) {
        List<ConfirmedGroup> known =
                groups.stream().filter(group -> !group.accounts().isEmpty()).toList();
        List<Subject> compared = known.isEmpty() ? List.of() : accounts;
        Background background = new Background(TraitBins.of(traits, compared), strata, compared);
        List<CampaignModel> models = known.stream()
                .map(group -> new CampaignModel(group, background, promise, known.size()))
                .toList();
        List<Resemblance> found = new ArrayList<>();
        background.forEach(account -> {
            Resemblance best = closest(models, account);
            if (best != null && (best.isProposed() || best.reach() != Reach.NOTHING)) {
                found.add(best);
            }
        });
        found.sort(MOST_LIKE);
        return new Likeness(background.bins, strata, models, List.copyOf(found));
    }

    private static @Nullable Resemblance closest(List<CampaignModel> models, BinnedAccount account) {
        Resemblance best = null;
        for (CampaignModel model : models) {
            Resemblance resemblance = model.of(account);
            if (best == null || resemblance.exceeds(best)) {
                best = resemblance;
            }
        }
        return best;
    }

    /** Returns the models of the confirmed campaigns. */
    public List<CampaignModel> models() {
        return models;
    }

    /**
     * Returns all accounts that resemble a campaign enough for an effect, the most similar first. References are among
     * them if the same evidence would touch an unknown account.
     */
    public List<Resemblance> found() {
        return found;
    }

    /** Returns the accounts that resemble each campaign and may be confirmed together, none of them a reference. */
    public List<Proposal> proposals() {
        Map<CampaignModel, List<Resemblance>> byModel = new LinkedHashMap<>();
        for (Resemblance resemblance : found) {
            if (resemblance.isProposed()) {
                byModel.computeIfAbsent(resemblance.model(), model -> new ArrayList<>())
                        .add(resemblance);
            }
        }
        return byModel.entrySet().stream()
                .map(entry -> new Proposal(entry.getKey(), entry.getValue()))
                .toList();
    }

    /** Returns the most similar accounts beside those of the proposals, for an operator to look at one by one. */
    public List<Resemblance> near() {
        return found.stream()
                .filter(resemblance -> resemblance.reach() == Reach.NEAR && !resemblance.isProposed())
                .limit(MOST_NEAR)
                .toList();
    }

    /** Returns the campaign that an account resembles most; null without campaigns. */
    public @Nullable Resemblance closest(Subject account) {
        return closest(models, Background.binned(bins, strata, account));
    }
}
