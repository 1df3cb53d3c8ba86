/** JSON written as bytes. */
@NullMarked
package dev.stillgate.loadtests.json;

import org.jspecify.annotations.NullMarked;
