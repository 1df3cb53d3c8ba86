/** Keyed hashes, for whatever a stranger may choose the input of. */
@NullMarked
package dev.stillgate.proxy.hash;

import org.jspecify.annotations.NullMarked;
