/**
 * Accounts that join a confirmed campaign: likelihood ratios of the traits of its first conversation starts, compared with the
 * path maxima of known customers. Pure functions over values: no clock, thread or store.
 */
@NullMarked
package dev.stillgate.fingerprint.join;

import org.jspecify.annotations.NullMarked;
