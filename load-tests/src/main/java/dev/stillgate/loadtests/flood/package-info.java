/** Floods of hostile connections, and honest load to measure their effect. */
@NullMarked
package dev.stillgate.loadtests.flood;

import org.jspecify.annotations.NullMarked;
