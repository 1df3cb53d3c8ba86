/** What the analysis thread keeps and concludes: accounts, clusters, evidence and standings. One thread only. */
@NullMarked
package dev.stillgate.fingerprint.analysis;

import org.jspecify.annotations.NullMarked;
