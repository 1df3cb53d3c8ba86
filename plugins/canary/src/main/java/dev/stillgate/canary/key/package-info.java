/** Secret keys of groups: derivation from the master secret, commitment, and the test plan that a commitment covers. */
@NullMarked
package dev.stillgate.canary.key;

import org.jspecify.annotations.NullMarked;
