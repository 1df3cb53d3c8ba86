/** A language's table of equivalent wordings: reading the YAML file, and matching its forms. */
@NullMarked
package dev.stillgate.canary.text.table;

import org.jspecify.annotations.NullMarked;
