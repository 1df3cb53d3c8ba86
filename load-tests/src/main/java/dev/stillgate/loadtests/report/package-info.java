/** Load reports for models: requests at their intended times, their records, and reports of them. */
@NullMarked
package dev.stillgate.loadtests.report;

import org.jspecify.annotations.NullMarked;
