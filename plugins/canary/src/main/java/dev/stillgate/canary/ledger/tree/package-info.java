/** Merkle tree of RFC 6962: hashes, incremental root, inclusion and consistency proofs. */
@NullMarked
package dev.stillgate.canary.ledger.tree;

import org.jspecify.annotations.NullMarked;
