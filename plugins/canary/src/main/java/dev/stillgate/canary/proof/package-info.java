/** Statistical test that a text or a model's responses carry the mark of a key, with exact p-values and reports. */
@NullMarked
package dev.stillgate.canary.proof;

import org.jspecify.annotations.NullMarked;
