/** The canary's experiment: texts are marked, students learn from them and are audited, and texts are altered. */
@NullMarked
package dev.stillgate.loadtests.canary;

import org.jspecify.annotations.NullMarked;
