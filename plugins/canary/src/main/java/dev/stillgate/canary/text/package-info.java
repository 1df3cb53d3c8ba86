/** Prose as it streams: where two forms mean the same, and the writing of one of them. */
@NullMarked
package dev.stillgate.canary.text;

import org.jspecify.annotations.NullMarked;
