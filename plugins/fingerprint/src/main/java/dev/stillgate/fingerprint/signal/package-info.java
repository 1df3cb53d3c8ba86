/** Signals of model extraction, each a small class with the source of its formula. */
@NullMarked
package dev.stillgate.fingerprint.signal;

import org.jspecify.annotations.NullMarked;
