/** An example filter to copy: its factory, its policy and the filter itself. */
@NullMarked
package dev.example.stillgate;

import org.jspecify.annotations.NullMarked;
