/** What requests feel of a large accounts file that is read anew. */
@NullMarked
package dev.stillgate.loadtests.reload;

import org.jspecify.annotations.NullMarked;
