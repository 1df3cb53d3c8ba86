/** Floods of hostile connections, and the honest load beside them by which they are felt. */
@NullMarked
package dev.stillgate.loadtests.flood;

import org.jspecify.annotations.NullMarked;
