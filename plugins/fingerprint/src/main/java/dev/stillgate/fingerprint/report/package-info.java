/** Pages of accounts and clusters for operators, and the actions operators can take. */
@NullMarked
package dev.stillgate.fingerprint.report;

import org.jspecify.annotations.NullMarked;
