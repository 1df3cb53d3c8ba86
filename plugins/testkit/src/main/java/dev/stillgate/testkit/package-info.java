/**
 * Test support for filters: a harness that runs a filter through the phases of an exchange, with fakes of everything
 * the gateway passes in.
 */
@NullMarked
package dev.stillgate.testkit;

import org.jspecify.annotations.NullMarked;
