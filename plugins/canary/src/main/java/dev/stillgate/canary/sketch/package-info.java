/** Sketches of served answers, by which a leaked text is traced to accounts: fingerprinting, files, erasure, tracing. */
@NullMarked
package dev.stillgate.canary.sketch;

import org.jspecify.annotations.NullMarked;
