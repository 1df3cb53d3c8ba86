/** The tamper-evident record: an append-only Merkle tree of commitments and marked answers, and what proves it. */
@NullMarked
package dev.stillgate.canary.ledger;

import org.jspecify.annotations.NullMarked;
