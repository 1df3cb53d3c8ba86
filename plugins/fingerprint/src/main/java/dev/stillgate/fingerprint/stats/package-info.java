/** Statistics and counters without knowledge of accounts: likelihoods, sketches and bounded counts. */
@NullMarked
package dev.stillgate.fingerprint.stats;

import org.jspecify.annotations.NullMarked;
