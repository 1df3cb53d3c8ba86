package dev.stillgate.fingerprint.likeness;

import java.util.List;

/** How an account resembles a confirmed campaign. */
public final class Resemblance {
    private final BinnedAccount of;
    private final CampaignModel model;
    private final double score;
    private final double p;
    private final Reach reach;
    private final boolean isProposed;

    Resemblance(BinnedAccount of, CampaignModel model, double score, double p, Reach reach, boolean isProposed) {
        this.of = of;
        this.model = model;
        this.score = score;
        this.p = p;
        this.reach = reach;
        this.isProposed = isProposed;
    }

    /** Returns the account index. */
    public int account() {
        return of.account();
    }

    public boolean isReference() {
        return of.isReference();
    }

    public CampaignModel model() {
        return model;
    }

    /** Returns log10 of the likelihood ratio of the campaign to the background, by naive Bayes. */
    public double score() {
        return score;
    }

    /** Returns the conformal p-value within the account's stratum, corrected for the number of models. */
    public double p() {
        return model.acrossModels(p);
    }

    /** Returns the least p-value that the references of the stratum and the number of models allow. */
    public double leastP() {
        return model.acrossModels(model.leastP(of.stratum()));
    }

    public Reach reach() {
        return reach;
    }

    /** Returns whether an operator may confirm the account together with others, by {@link Thresholds#proposed}. */
    public boolean isProposed() {
        return isProposed;
    }

    /** Returns the evidence of each trait, the strongest first; its sum is the score. */
    public List<TraitEvidence> explanation() {
        return model.explain(of.bins());
    }

    /** Returns whether this resemblance has more effect than another or, with the same effect, a higher score. */
    boolean exceeds(Resemblance other) {
        return Likeness.MOST_LIKE.compare(this, other) < 0;
    }
}
