/**
 * Accounts that resemble those of a confirmed campaign, by naive Bayes over binned traits with conformal thresholds,
 * and the calibration of all bounded evidence on vouched accounts. Pure functions over values: no clock, thread or
 * store.
 */
@NullMarked
package dev.stillgate.fingerprint.likeness;

import org.jspecify.annotations.NullMarked;
