/** Experiment on the canary: marks texts, trains models on them, and measures how well the marks are detected. */
@NullMarked
package dev.stillgate.loadtests.canary;

import org.jspecify.annotations.NullMarked;
