/** Figures of records: distributions, service level objectives, intervals, comparisons. */
@NullMarked
package dev.stillgate.loadtests.report.figure;

import org.jspecify.annotations.NullMarked;
