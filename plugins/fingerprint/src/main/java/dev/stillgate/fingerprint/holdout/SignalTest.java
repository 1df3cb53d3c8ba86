package dev.stillgate.fingerprint.holdout;

import dev.stillgate.fingerprint.signal.Family;
import java.util.List;

/**
 * Result of one test of a group.
 *
 * @param signals names of the signals whose traits the test looks at together
 * @param evidence base-10 logarithm of odds
 */
public record SignalTest(Family family, List<String> signals, double evidence) {}
