/** The people for whom accounts ask, as keyed hashes, and the links between accounts that share people. */
@NullMarked
package dev.stillgate.fingerprint.people;

import org.jspecify.annotations.NullMarked;
