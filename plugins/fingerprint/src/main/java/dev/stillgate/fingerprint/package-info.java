/**
 * Behavioural fingerprints: records exchanges, finds groups of accounts that one actor controls, and enforces the
 * standings of their accounts.
 */
@NullMarked
package dev.stillgate.fingerprint;

import org.jspecify.annotations.NullMarked;
