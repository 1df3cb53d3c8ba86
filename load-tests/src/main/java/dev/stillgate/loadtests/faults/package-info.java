/** What befalls upstreams and the network before them, and what callers see of it. */
@NullMarked
package dev.stillgate.loadtests.faults;

import org.jspecify.annotations.NullMarked;
