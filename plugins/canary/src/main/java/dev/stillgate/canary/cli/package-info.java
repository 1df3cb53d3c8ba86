/** The verbs that this plugin brings. */
@NullMarked
package dev.stillgate.canary.cli;

import org.jspecify.annotations.NullMarked;
