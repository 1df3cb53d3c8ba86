/** Command line of a seeded simulator of honest customers and extraction campaigns. */
@NullMarked
package dev.stillgate.loadtests.campaign;

import org.jspecify.annotations.NullMarked;
