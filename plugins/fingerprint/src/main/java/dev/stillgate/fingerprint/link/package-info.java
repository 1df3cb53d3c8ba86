/** Links between accounts by what they share, each with a kind, a weight and a bound on a false positive. */
@NullMarked
package dev.stillgate.fingerprint.link;

import org.jspecify.annotations.NullMarked;
