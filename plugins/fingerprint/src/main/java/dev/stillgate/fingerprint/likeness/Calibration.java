package dev.stillgate.fingerprint.likeness;

import dev.stillgate.fingerprint.signal.Promise;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Promised and observed effects of bounded evidence in each stratum. Evidence tightens accounts of a stratum only if the
 * conformal p-value of a tightened account, (1 + tightened references) / (1 + references), is at most the promise; else
 * it marks them. A stratum with few references is therefore never tightened. Nor is one whose newcomers alone break the
 * promise with a confidence of 95 %.
 *
 * <p>References are counted for as long as their standing from evidence lasts, so a share that grows over many rounds
 * is seen too.
 */
public final class Calibration {
    /** No stratum. */
    public static final Calibration NONE = new Calibration(new Strata(List.of()), List.of());

    private final Strata strata;
    private final List<StratumCalibration> byStratum;

    private Calibration(Strata strata, List<StratumCalibration> byStratum) {
        this.strata = strata;
        this.byStratum = byStratum;
    }

    /** Returns the calibration of a round. */
    public static Calibration of(Strata strata, List<CalibratedAccount> accounts, Promise promise) {
        List<List<CalibratedAccount>> members = new ArrayList<>();
        for (int i = 0; i < strata.size(); i++) {
            members.add(new ArrayList<>());
        }
        accounts.forEach(account -> members.get(strata.index(account.stratum())).add(account));
        List<StratumCalibration> byStratum = new ArrayList<>();
        for (int i = 0; i < strata.size(); i++) {
            byStratum.add(of(strata.name(i), members.get(i), promise.tightened()));
        }
        return new Calibration(strata, List.copyOf(byStratum));
    }

    private static StratumCalibration of(String name, List<CalibratedAccount> members, double promised) {
        List<CalibratedAccount> references =
                members.stream().filter(account -> account.reference() != null).toList();
        List<CalibratedAccount> others =
                members.stream().filter(account -> account.reference() == null).toList();
        Map<ReferenceKind, ObservedShare> byKind = new EnumMap<>(ReferenceKind.class);
        for (ReferenceKind kind : ReferenceKind.values()) {
            List<CalibratedAccount> ofKind = references.stream()
                    .filter(account -> account.reference() == kind)
                    .toList();
            if (!ofKind.isEmpty()) {
                byKind.put(kind, tightened(ofKind));
            }
        }
        ObservedShare tightenedReferences = tightened(references);
        ObservedShare newcomers = byKind.getOrDefault(ReferenceKind.NEWCOMER, new ObservedShare(0, 0));
        return new StratumCalibration(
                name,
                others.size(),
                marked(others),
                tightened(others),
                promised,
                marked(references),
                tightenedReferences,
                Collections.unmodifiableMap(byKind),
                (1.0 + tightenedReferences.flagged()) / (1 + tightenedReferences.of()) <= promised
                        && newcomers.lower() <= promised);
    }

    private static ObservedShare marked(List<CalibratedAccount> accounts) {
        return new ObservedShare(
                (int) accounts.stream().filter(CalibratedAccount::marked).count(), accounts.size());
    }

    private static ObservedShare tightened(List<CalibratedAccount> accounts) {
        return new ObservedShare(
                (int) accounts.stream().filter(CalibratedAccount::tightened).count(), accounts.size());
    }

    /** Returns the strata with accounts, by number of accounts descending; the stratum for all others is last. */
    public List<StratumCalibration> strata() {
        return byStratum;
    }

    /** Returns whether bounded evidence may tighten accounts of a stratum. */
    public boolean mayTighten(Stratum stratum) {
        StratumCalibration calibration = of(stratum);
        return calibration != null && calibration.mayTighten();
    }

    /** Returns the calibration of a stratum, null before the first round. */
    public @Nullable StratumCalibration of(Stratum stratum) {
        return byStratum.isEmpty() ? null : byStratum.get(strata.index(stratum));
    }

    /** Returns the names of the strata whose accounts could be tightened before, and cannot any more. */
    public Set<String> lostSince(Calibration before) {
        Set<String> lost = before.tightening();
        lost.removeAll(tightening());
        return lost;
    }

    private Set<String> tightening() {
        Set<String> names = new HashSet<>();
        byStratum.stream().filter(StratumCalibration::mayTighten).forEach(stratum -> names.add(stratum.stratum()));
        return names;
    }
}
