package dev.stillgate.loadtests.canary;

import static java.util.Objects.requireNonNull;

import dev.stillgate.canary.key.CanaryKey;
import dev.stillgate.canary.key.KeyNames;
import dev.stillgate.canary.proof.Commitments;
import dev.stillgate.canary.proof.KeyOutcome;
import dev.stillgate.canary.proof.SiteReader;
import dev.stillgate.canary.proof.SuspectAudit;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Strata of one epoch, and the commitments of a gateway that marked a known share of its traffic under each. Immutable
 * and thread-safe.
 */
final class EpochStrata implements Commitments {
    /** Share of each stratum in the traffic. */
    static final List<Double> TRAFFIC = List.of(0.03, 0.16, 0.20, 0.12, 0.22, 0.09, 0.08, 0.10);
    /** Share of each stratum in the marked texts of a harvest: the first stands out, the last is missing. */
    static final List<Double> HARVEST = List.of(0.15, 0.19, 0.20, 0.12, 0.18, 0.09, 0.07, 0.0);
    /** A stratum with five times its share of the traffic in a harvest. */
    static final int FAVOURED = 0;
    /** A stratum with its share of the traffic in a harvest. */
    static final int IN_PROPORTION = 2;
    /** The stratum with most traffic. */
    static final int LARGE = 4;
    /** A stratum that a harvest lacks. */
    static final int UNMET = 7;

    private static final double SITES = 10_000_000;

    private final MarkBench bench;
    private final String epoch;
    private final List<Double> traffic;

    /** @param traffic share of each stratum in the traffic */
    EpochStrata(MarkBench bench, String epoch, List<Double> traffic) {
        this.bench = bench;
        this.epoch = bench.epoch(epoch);
        this.traffic = traffic;
    }

    /** Returns the name of the global key. */
    String global() {
        return KeyNames.ofGlobal(epoch);
    }

    /** Returns the name of a stratum's key; a number beyond those with traffic is that of another stratum. */
    String name(int stratum) {
        return KeyNames.ofStratum(List.of("s" + stratum), epoch);
    }

    /** Returns a stratum's key. */
    CanaryKey key(int stratum) {
        return bench.deriver().key(name(stratum));
    }

    /**
     * Returns texts with a random share of them marked, each under the key of a random stratum.
     *
     * @param shares of each stratum in the marked texts; their sum is 1
     */
    List<String> marked(List<String> texts, double share, List<Double> shares, long seed) {
        List<CanaryKey> keys =
                IntStream.range(0, shares.size()).mapToObj(this::key).toList();
        SplittableRandom random = new SplittableRandom(seed);
        return texts.stream()
                .map(text -> random.nextDouble() < share ? bench.mark(keys.get(drawn(shares, random)), text) : text)
                .toList();
    }

    private static int drawn(List<Double> shares, SplittableRandom random) {
        double left = random.nextDouble();
        int stratum = 0;
        while (stratum < shares.size() - 1 && left >= shares.get(stratum)) {
            left -= shares.get(stratum++);
        }
        return stratum;
    }

    /** Returns a share in per cent. */
    static String percent(List<Double> shares, int stratum) {
        return String.format("%.0f %%", 100 * shares.get(stratum));
    }

    /** Tests the global key and all strata with traffic. */
    Audit audit(SiteReader suspect) {
        return audit(suspect, names());
    }

    /** Tests keys by name, one of them the global key. */
    Audit audit(SiteReader suspect, List<String> names) {
        return new Audit(new SuspectAudit(bench.deriver(), this, null)
                .report(names, suspect, null).outcomes().stream()
                        .collect(Collectors.toMap(KeyOutcome::key, Function.identity())));
    }

    /** Results by stratum, as log10 p. */
    final class Audit {
        private final Map<String, KeyOutcome> outcomes;

        private Audit(Map<String, KeyOutcome> outcomes) {
            this.outcomes = outcomes;
        }

        /** Returns p of the global key. */
        double global() {
            return outcome(EpochStrata.this.global()).log10p();
        }

        /** Returns p of a stratum against its share of the traffic. */
        double beyond(int stratum) {
            return outcome(name(stratum)).log10p();
        }

        /** Returns p of a stratum against "the suspect never met it". */
        double unmet(int stratum) {
            return requireNonNull(outcome(name(stratum)).stratum()).log10pUnmet();
        }

        /** Returns the stratum with traffic that has the smallest p beyond its share. */
        int smallest() {
            return IntStream.range(0, traffic.size())
                    .boxed()
                    .min(Comparator.comparingDouble(this::beyond))
                    .orElseThrow();
        }

        /** Returns the outcome of a key. */
        KeyOutcome outcome(String name) {
            return requireNonNull(outcomes.get(name), name);
        }
    }

    @Override
    public List<String> names() {
        return Stream.concat(
                        Stream.of(global()), IntStream.range(0, traffic.size()).mapToObj(this::name))
                .toList();
    }

    @Override
    public int count(String name) {
        return names().contains(name) ? 1 : 0;
    }

    @Override
    public Instant since(String name, byte[] commitment) {
        return Instant.EPOCH;
    }

    @Override
    public long sites(String name) {
        int stratum = names().indexOf(name) - 1;
        return stratum < 0 ? 0 : Math.round(traffic.get(stratum) * SITES);
    }
}
