package dev.stillgate.fingerprint.analysis;

import dev.stillgate.spi.Standing;
import java.util.Map;

/**
 * How far the analysis has come, for gauges.
 *
 * @param accounts how many are known
 * @param compared how many the last round compared; those of one organisation count as one
 * @param clusters how many there are
 * @param standings how many accounts stand on each rung above clear
 * @param learnt how much of what must have been seen before anything stands above {@code watched} was seen, from 0 to
 *     1
 * @param evicted how many accounts were forgotten to make room for others
 * @param unkept how many exchanges were not looked at because there was no room for their account
 */
public record AnalysisFigures(
        int accounts,
        int compared,
        int clusters,
        Map<Standing, Integer> standings,
        double learnt,
        long evicted,
        long unkept) {}
