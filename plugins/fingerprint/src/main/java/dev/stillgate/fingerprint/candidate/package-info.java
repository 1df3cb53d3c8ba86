/**
 * Search for candidate groups: accounts of a cohort that may act as one. The evidence is reduced by a penalty for each
 * choice of the search.
 */
@NullMarked
package dev.stillgate.fingerprint.candidate;

import org.jspecify.annotations.NullMarked;
