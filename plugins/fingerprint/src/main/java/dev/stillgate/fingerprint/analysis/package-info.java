/** The analysis: accounts, groups under test, findings and standings, on one thread. Not thread-safe. */
@NullMarked
package dev.stillgate.fingerprint.analysis;

import org.jspecify.annotations.NullMarked;
