@NullMarked
package dev.stillgate.loadtests.compressed;

import org.jspecify.annotations.NullMarked;
