/** Sender of requests and reader of response streams with event times. */
@NullMarked
package dev.stillgate.loadtests.report.send;

import org.jspecify.annotations.NullMarked;
