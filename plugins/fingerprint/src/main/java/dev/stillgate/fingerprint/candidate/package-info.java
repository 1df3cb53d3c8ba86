/**
 * Search for candidate groups: accounts of a cohort that may act as one. Every choice made here is charged to the
 * evidence.
 */
@NullMarked
package dev.stillgate.fingerprint.candidate;

import org.jspecify.annotations.NullMarked;
