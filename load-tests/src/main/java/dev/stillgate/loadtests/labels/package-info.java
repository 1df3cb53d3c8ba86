/** Evaluation of traffic whose exchanges are labelled as honest or as a campaign's. */
@NullMarked
package dev.stillgate.loadtests.labels;

import org.jspecify.annotations.NullMarked;
