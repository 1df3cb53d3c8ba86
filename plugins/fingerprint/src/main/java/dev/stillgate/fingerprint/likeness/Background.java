package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.stats.Sampling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * All accounts of a round but the confirmed ones: the references of each stratum, and the accounts that are tested
 * against them. Both give the bins and the shares of the background, with the same weight. So the score of an account
 * does not depend on which of them are references, and references and innocent accounts remain exchangeable (A.
 * Marandon, L. Lei, D. Mary and E. Roquain, "Adaptive novelty detection with false discovery rate guarantee", 2024). No
 * reference has to be set aside for the fit.
 */
final class Background {
    final TraitBins bins;
    final TraitCounts counts;
    final List<BinnedAccount> tested = new ArrayList<>();
    private final Strata strata;
    private final List<List<BinnedAccount>> references;

    Background(TraitBins bins, Strata strata, List<Subject> accounts) {
        this.bins = bins;
        this.strata = strata;
        counts = new TraitCounts(bins.traits());
        references = IntStream.range(0, strata.size())
                .<List<BinnedAccount>>mapToObj(stratum -> new ArrayList<>())
                .toList();
        for (Subject subject : accounts) {
            BinnedAccount account = binned(subject);
            counts.add(account.bins(), 1);
            (account.isReference() ? references.get(account.stratum()) : tested).add(account);
        }
    }

    BinnedAccount binned(Subject subject) {
        return binned(bins, strata, subject);
    }

    static BinnedAccount binned(TraitBins bins, Strata strata, Subject subject) {
        return new BinnedAccount(
                subject.account(),
                subject.reference() != null,
                bins.of(subject.profile()),
                strata.index(subject.stratum()));
    }

    /** Calls an action with each account. */
    void forEach(Consumer<BinnedAccount> action) {
        tested.forEach(action);
        references.forEach(accounts -> accounts.forEach(action));
    }

    List<BinnedAccount> references(int stratum) {
        return references.get(stratum);
    }

    /** Returns the scores of the references of each stratum under a model. */
    ConformalScores[] scores(NaiveBayes model) {
        return references.stream().map(accounts -> scores(model, accounts)).toArray(ConformalScores[]::new);
    }

    static ConformalScores scores(NaiveBayes model, List<BinnedAccount> accounts) {
        return new ConformalScores(accounts.stream()
                .mapToDouble(account -> model.score(account.bins()))
                .toArray());
    }

    /** Returns at most {@code most} references of a stratum, drawn at random. */
    List<BinnedAccount> sample(int stratum, int most) {
        List<BinnedAccount> all = references.get(stratum);
        return Arrays.stream(Sampling.sample(all.size(), most, new Random(stratum)))
                .mapToObj(all::get)
                .toList();
    }
}
