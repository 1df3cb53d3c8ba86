/** A gateway under half of its load for hours: what grows, and what fails without a reason. */
@NullMarked
package dev.stillgate.loadtests.soak;

import org.jspecify.annotations.NullMarked;
