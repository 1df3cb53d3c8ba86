/** Budget of a pool from data: requests a day of known customers before they were verified. */
@NullMarked
package dev.stillgate.fingerprint.budget;

import org.jspecify.annotations.NullMarked;
