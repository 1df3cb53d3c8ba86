/** Files of ledger leaves: record format, appending, reading, and recovery after a crash. */
@NullMarked
package dev.stillgate.canary.ledger.file;

import org.jspecify.annotations.NullMarked;
