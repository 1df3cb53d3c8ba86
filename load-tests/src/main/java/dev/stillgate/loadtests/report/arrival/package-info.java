/** Arrival times and token counts of requests, generated or read from a trace. */
@NullMarked
package dev.stillgate.loadtests.report.arrival;

import org.jspecify.annotations.NullMarked;
