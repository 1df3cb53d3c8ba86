/** Statistics without domain knowledge: likelihood ratio tests, sketches and bounded counters. */
@NullMarked
package dev.stillgate.fingerprint.stats;

import org.jspecify.annotations.NullMarked;
