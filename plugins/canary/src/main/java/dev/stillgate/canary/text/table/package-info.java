/**
 * A language's table of equivalent wordings: reading the YAML file, and matching its forms.
 *
 * <p>A <i>form</i> is one of two interchangeable wordings, form 0 and form 1. A <i>class</i> is a list of such pairs
 * with the same habit of use. A <i>site</i> is a place in a text where a form of a class fits; <i>guards</i> exclude
 * places where the other form would be wrong. A <i>cell</i> is a class together with a bucket, the hash of the word
 * before the site. A key has a <i>sign</i> for each class and each cell, which selects the form.
 */
@NullMarked
package dev.stillgate.canary.text.table;

import org.jspecify.annotations.NullMarked;
