/** Behavioural fingerprints: signals of extraction, clusters of accounts that act as one, and the ladder of standings. */
@NullMarked
package dev.stillgate.fingerprint;

import org.jspecify.annotations.NullMarked;
