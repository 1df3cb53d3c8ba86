/**
 * Request path: records what an exchange shows as hashes and counts, reads prompts off the event loop, and queues both
 * for the analysis.
 */
@NullMarked
package dev.stillgate.fingerprint.capture;

import org.jspecify.annotations.NullMarked;
