/** Standings of accounts and the clusters they rest on: the ladder, manual standings, and their encodings. */
@NullMarked
package dev.stillgate.fingerprint.standing;

import org.jspecify.annotations.NullMarked;
