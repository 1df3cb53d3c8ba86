/** Detection of prompts that fix the wording of the response, such as verse, proofreading or contracts. */
@NullMarked
package dev.stillgate.canary.text.prompt;

import org.jspecify.annotations.NullMarked;
