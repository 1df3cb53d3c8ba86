/** Reports in JSON, CSV, Markdown and HTML. */
@NullMarked
package dev.stillgate.loadtests.report.format;

import org.jspecify.annotations.NullMarked;
