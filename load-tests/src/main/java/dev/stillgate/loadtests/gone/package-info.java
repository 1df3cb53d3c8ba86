/** Callers who leave before their answer is whole, and how soon the model hears of it. */
@NullMarked
package dev.stillgate.loadtests.gone;

import org.jspecify.annotations.NullMarked;
