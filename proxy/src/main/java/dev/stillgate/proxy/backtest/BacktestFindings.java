package dev.stillgate.proxy.backtest;

import java.util.Collection;
import java.util.List;

/**
 * The results of a backtest.
 *
 * @param policy the hash of the policy file
 * @param tally the totals
 * @param accounts all accounts sorted by id, including accounts without an exchange
 * @param clusters the clusters that the filters know at the end
 * @param broken the number of skipped broken lines
 * @param endedEarly the number of responses that were treated as ended early, because too many were open
 */
public record BacktestFindings(
        String policy,
        Tally tally,
        Collection<LoggedAccount> accounts,
        List<Explanations.Cluster> clusters,
        long broken,
        long endedEarly) {}
