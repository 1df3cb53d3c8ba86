/** Keyed hashing of input that clients choose. */
@NullMarked
package dev.stillgate.proxy.hash;

import org.jspecify.annotations.NullMarked;
