/** Requests and answers of the providers' APIs, written as JSON. */
@NullMarked
package dev.stillgate.loadtests.campaign.wire;

import org.jspecify.annotations.NullMarked;
