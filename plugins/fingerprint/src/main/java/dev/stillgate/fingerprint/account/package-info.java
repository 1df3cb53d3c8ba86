/** State of each account: columns of decaying sums, frequent values, issued marks and the citation graph. */
@NullMarked
package dev.stillgate.fingerprint.account;

import org.jspecify.annotations.NullMarked;
