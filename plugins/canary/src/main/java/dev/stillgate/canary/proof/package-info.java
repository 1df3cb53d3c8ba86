/** The exact test, and what is reported of a suspect. */
@NullMarked
package dev.stillgate.canary.proof;

import org.jspecify.annotations.NullMarked;
