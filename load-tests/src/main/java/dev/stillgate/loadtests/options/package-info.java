/** Command line options. */
@NullMarked
package dev.stillgate.loadtests.options;

import org.jspecify.annotations.NullMarked;
