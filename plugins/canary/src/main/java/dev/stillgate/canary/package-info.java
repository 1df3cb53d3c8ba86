/** Canary answers: prose marked with a keyed habit of wording, the test that finds the habit in a model, and the record that makes it evidence. */
@NullMarked
package dev.stillgate.canary;

import org.jspecify.annotations.NullMarked;
