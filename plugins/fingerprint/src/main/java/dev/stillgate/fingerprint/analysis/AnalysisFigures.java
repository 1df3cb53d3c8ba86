package dev.stillgate.fingerprint.analysis;

import dev.stillgate.fingerprint.budget.PoolBudget;
import dev.stillgate.fingerprint.standing.GroupText;
import dev.stillgate.spi.Standing;
import java.util.Map;

/**
 * State of the analysis, for gauges.
 *
 * @param accounts number of known accounts
 * @param compared number of accounts that the last round compared; an organisation counts as one
 * @param clusters number of clusters
 * @param standings number of accounts by standing above clear
 * @param evicted number of accounts that were evicted
 * @param unkept number of exchanges that were dropped because there was no space for the account
 * @param text text that accounts at each standing asked for since the start
 * @param budgets budgets of pools from data, by tier; that of accounts without a tier is under ""
 */
public record AnalysisFigures(
        int accounts,
        int compared,
        int clusters,
        Map<Standing, Integer> standings,
        long evicted,
        long unkept,
        Map<Standing, GroupText> text,
        Map<String, PoolBudget> budgets) {}
