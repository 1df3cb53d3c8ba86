/** Records of requests, one JSON line each. */
@NullMarked
package dev.stillgate.loadtests.report.record;

import org.jspecify.annotations.NullMarked;
