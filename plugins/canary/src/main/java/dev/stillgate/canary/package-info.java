/**
 * The canary filter: writes a keyed choice of wording into answers to flagged groups, and records the marked responses
 * in a ledger.
 */
@NullMarked
package dev.stillgate.canary;

import org.jspecify.annotations.NullMarked;
