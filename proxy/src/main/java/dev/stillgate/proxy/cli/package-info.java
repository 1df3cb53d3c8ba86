/** The {@code stillgate} command and its subcommands. */
@NullMarked
package dev.stillgate.proxy.cli;

import org.jspecify.annotations.NullMarked;
