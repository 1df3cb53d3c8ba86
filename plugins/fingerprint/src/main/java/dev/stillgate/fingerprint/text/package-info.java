/** Features of prompts: keyed hashes, sketches, topics and requested outputs; no text is kept. */
@NullMarked
package dev.stillgate.fingerprint.text;

import org.jspecify.annotations.NullMarked;
