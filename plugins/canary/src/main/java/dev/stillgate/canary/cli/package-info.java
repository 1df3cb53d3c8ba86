/** The command-line verbs {@code canary} and {@code ledger}. */
@NullMarked
package dev.stillgate.canary.cli;

import org.jspecify.annotations.NullMarked;
