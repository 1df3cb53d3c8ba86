/** Signed tree heads (C2SP checkpoints), the keys that sign and verify them, and their files. */
@NullMarked
package dev.stillgate.canary.ledger.head;

import org.jspecify.annotations.NullMarked;
