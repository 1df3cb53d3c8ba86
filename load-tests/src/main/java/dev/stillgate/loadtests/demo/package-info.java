/** Demonstration: honest customers and three campaigns send requests to a gateway in front of a stub model. */
@NullMarked
package dev.stillgate.loadtests.demo;

import org.jspecify.annotations.NullMarked;
