/** Cohorts, and the trait spaces in which the accounts of a cohort are compared. */
@NullMarked
package dev.stillgate.fingerprint.space;

import org.jspecify.annotations.NullMarked;
