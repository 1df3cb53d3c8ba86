/** Evidence bundles: leaves of one key with proofs, for a third party that has only the ledger's public key. */
@NullMarked
package dev.stillgate.canary.ledger.bundle;

import org.jspecify.annotations.NullMarked;
