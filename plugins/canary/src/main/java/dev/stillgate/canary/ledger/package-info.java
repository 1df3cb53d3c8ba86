/**
 * Tamper-evident append-only record of key commitments and marked responses: opening, appending and checking a ledger.
 */
@NullMarked
package dev.stillgate.canary.ledger;

import org.jspecify.annotations.NullMarked;
