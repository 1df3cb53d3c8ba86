/** Streaming editor that replaces forms in prose by the equivalents that a key selects. */
@NullMarked
package dev.stillgate.canary.text.edit;

import org.jspecify.annotations.NullMarked;
