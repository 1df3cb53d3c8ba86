package dev.stillgate.loadtests.campaign;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Accounts that campaigns used first after one of their accounts was pooled, and what each got before its own pool.
 *
 * @param accounts number of these accounts
 * @param pooled those that were pooled
 * @param joined those that joined under a standing order
 */
record LateAccounts(int accounts, long pooled, long joined, Spread conversations, Spread tokens, Spread hours) {
    private static final double MILLIS_PER_HOUR = 3_600_000;

    /** Distribution over accounts; null where accounts that were never pooled begin. */
    record Spread(@Nullable Double median, @Nullable Double nineInTen) {
        private static Spread of(List<AccountUse> accounts, ToDoubleFunction<AccountUse> of) {
            double[] sorted = accounts.stream()
                    .mapToDouble(use -> use.isPooled() ? of.applyAsDouble(use) : Double.MAX_VALUE)
                    .sorted()
                    .toArray();
            return new Spread(quantile(sorted, 0.5), quantile(sorted, 0.9));
        }

        private static @Nullable Double quantile(double[] sorted, double share) {
            int rank = (int) Math.ceil(share * sorted.length) - 1;
            return rank < 0 || sorted[rank] == Double.MAX_VALUE ? null : (Double) sorted[rank];
        }
    }

    static LateAccounts of(Collection<GroupTally> campaigns) {
        List<AccountUse> all = new ArrayList<>();
        for (GroupTally campaign : campaigns) {
            campaign.accounts().stream()
                    .filter(AccountUse::isPooled)
                    .mapToLong(use -> use.pooledAt)
                    .min()
                    .ifPresent(first -> campaign.accounts().stream()
                            .filter(use -> use.firstMillis > first)
                            .forEach(all::add));
        }
        return new LateAccounts(
                all.size(),
                all.stream().filter(AccountUse::isPooled).count(),
                all.stream().filter(AccountUse::isJoined).count(),
                Spread.of(all, use -> use.conversations),
                Spread.of(all, use -> use.tokens),
                Spread.of(all, use -> (use.pooledAt - use.firstMillis) / MILLIS_PER_HOUR));
    }
}
