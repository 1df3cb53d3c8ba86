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
 * @param learnt how much of what must have been seen before anything stands at {@code marked} was seen, from 0 to 1
 */
public record Figures(int accounts, int compared, int clusters, Map<Standing, Integer> standings, double learnt) {}
