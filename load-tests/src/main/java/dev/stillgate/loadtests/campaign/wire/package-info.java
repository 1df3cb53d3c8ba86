/** JSON of requests and responses in the providers' APIs. */
@NullMarked
package dev.stillgate.loadtests.campaign.wire;

import org.jspecify.annotations.NullMarked;
